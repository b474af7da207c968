import Crypto
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Mustache
import NIOCore

/// Renders pages for recipients: self-contained, no script, no request to anywhere else but for the tenant's logo.
struct PublicPageRenderer: Sendable {
    private static let style = """
        body{margin:0;background:#f4f5f7;color:#1c1e21;font:1.05rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
        main{box-sizing:border-box;max-width:34rem;margin:8vh auto;padding:2rem;background:#fff;border:1px solid #dadde1;\
        border-radius:.5rem;overflow-wrap:anywhere}
        h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.25}
        ul{padding-left:1.25rem}
        .brand{margin:0 0 1.5rem;font-weight:600}.brand img{max-width:100%;max-height:4rem}
        .notice{padding:.75rem 1rem;border-left:4px solid #1a7f37;background:#e6f4ea;color:#10331b}
        fieldset{margin:1.25rem 0;padding:0;border:0}legend{padding:0;font-weight:600;margin-bottom:.25rem}
        label{display:block;padding:.35rem 0}label input{margin:0 .6rem 0 0;width:1.1rem;height:1.1rem;vertical-align:-.15rem}
        select{display:block;margin-top:.25rem;padding:.5rem;font:inherit;min-width:12rem}
        button{margin:1rem 0 0;padding:.8rem 1.5rem;border:0;border-radius:.4rem;background:#1b4fb3;color:#fff;font:inherit;\
        font-weight:600;cursor:pointer}
        .second{margin-top:2rem;border-top:1px solid #dadde1}.second button{padding:.5rem 1rem;background:#5b6068;color:#fff}
        button:focus-visible,input:focus-visible,select:focus-visible{outline:3px solid #f0a500;outline-offset:2px}
        .after{color:#54585d;font-size:.95rem}
        @media (max-width:40rem){main{margin:0;min-height:100vh;border:0;border-radius:0}button{width:100%}}
        @media (prefers-color-scheme:dark){body{background:#16181b;color:#e8eaed}main{background:#202327;border-color:#3a3f45}\
        .after{color:#a9afb6}button{background:#8ab4f8;color:#10151c}.notice{background:#14301d;color:#d7f5df}}
        """

    private static let form = """
        <form method="post"{{#isSecond}} class="second"{{/isSecond}}>{{#hidden}}<input type="hidden" name="{{name}}" value="{{value}}">{{/hidden}}
        {{#groups}}<fieldset>{{#legend}}<legend>{{.}}</legend>{{/legend}}
        {{#options}}<label><input type="{{kind}}" name="{{name}}" value="{{value}}"{{#isChosen}} checked{{/isChosen}}>{{label}}</label>
        {{/options}}</fieldset>
        {{/groups}}{{#choice}}<label>{{label}}<select name="{{name}}">
        {{#options}}<option value="{{value}}"{{#isChosen}} selected{{/isChosen}}>{{label}}</option>
        {{/options}}</select></label>
        {{/choice}}<button type="submit">{{button}}</button></form>

        """

    private static let page = """
        <!DOCTYPE html>
        <html lang="{{language}}">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <meta name="robots" content="noindex">
        <title>{{heading}}</title>
        <style>{{{style}}}</style>
        </head>
        <body>
        <main>
        {{#hasBrand}}<p class="brand">{{#logo}}<img src="{{.}}" alt="{{brand}}">{{/logo}}{{^logo}}{{brand}}{{/logo}}</p>
        {{/hasBrand}}<h1>{{heading}}</h1>
        {{#notice}}<p class="notice" role="status">{{.}}</p>
        {{/notice}}{{#sentences}}<p>{{.}}</p>
        {{/sentences}}{{#hasPoints}}<ul>
        {{#points}}<li>{{.}}</li>
        {{/points}}</ul>
        {{/hasPoints}}{{#form}}\(form){{/form}}{{#afterword}}<p class="after">{{.}}</p>
        {{/afterword}}{{#secondForm}}\(form){{/secondForm}}{{#reference}}<p class="after"><a href="{{path}}">{{label}}</a></p>
        {{/reference}}</main>
        </body>
        </html>

        """

    private let template: MustacheTemplate

    init() throws {
        template = try MustacheTemplate(string: Self.page)
    }

    func response(
        _ page: PublicPage,
        in language: PageLanguage,
        look: PageLook = .plain,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        let style = Self.style + look.style
        var content: [String: Any] = [
            "language": language.rawValue,
            "heading": page.heading,
            "sentences": page.sentences,
            "points": page.points,
            "hasPoints": !page.points.isEmpty,
            "style": style,
            "hasBrand": look.brandName != nil || look.logoURL != nil,
            "brand": look.brandName ?? "",
        ]
        content["logo"] = look.logoURL
        content["notice"] = page.notice
        content["afterword"] = page.afterword
        content["form"] = page.form.map { Self.content($0, isSecond: false) }
        content["secondForm"] = page.secondForm.map { Self.content($0, isSecond: true) }
        content["reference"] = page.reference.map { ["path": $0.path, "label": $0.label] }
        let html = template.render(content)
        return Response(status: status, headers: Self.headers(style, look), body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    /// The image in the place of an open pixel whose token is not genuine: nothing is to be learnt from it.
    var missingPixel: Response {
        Response(
            status: .ok,
            headers: [.contentType: "image/gif", .cacheControl: "no-store", .robots: "noindex, nofollow"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: TrackedLinks.pixel))
        )
    }

    private static func content(_ form: PublicPage.Form, isSecond: Bool) -> [String: Any] {
        var content: [String: Any] = [
            "isSecond": isSecond,
            "hidden": form.hidden.map { ["name": $0.name, "value": $0.value] },
            "button": form.button,
            "groups": form.groups.map { group in
                var shown: [String: Any] = [
                    "options": group.options.map { option -> [String: Any] in
                        [
                            "kind": group.kind.rawValue, "name": option.name, "value": option.value, "label": option.label,
                            "isChosen": option.isChosen,
                        ]
                    }
                ]
                shown["legend"] = group.legend
                return shown
            },
        ]
        content["choice"] = form.choice.map { choice -> [String: Any] in
            [
                "name": choice.name, "label": choice.label,
                "options": choice.options.map { option -> [String: Any] in
                    ["value": option.value, "label": option.label, "isChosen": option.isChosen]
                },
            ]
        }
        return content
    }

    private static func headers(_ style: String, _ look: PageLook) -> HTTPFields {
        let hash = Data(SHA256.hash(data: Array(style.utf8))).base64EncodedString()
        let images = look.imageSource.map { " img-src \($0);" } ?? ""
        let actions = ["'self'", look.landingSource].compactMap { $0 }.joined(separator: " ")
        return [
            .contentType: "text/html; charset=utf-8",
            .contentSecurityPolicy:
                "default-src 'none'; style-src 'sha256-\(hash)';\(images) form-action \(actions); base-uri 'none'; frame-ancestors 'none'",
            .cacheControl: "no-store",
            .referrerPolicy: "no-referrer",
            .robots: "noindex, nofollow",
            .permissionsPolicy: "interest-cohort=()",
            .frameOptions: "DENY",
        ]
    }
}
