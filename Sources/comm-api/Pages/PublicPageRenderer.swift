import Crypto
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Mustache
import NIOCore

/// Renders pages for recipients: self-contained, no script, no request to anywhere else.
struct PublicPageRenderer: Sendable {
    private static let style = """
        body{margin:0;background:#f4f5f7;color:#1c1e21;font:1.05rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
        main{box-sizing:border-box;max-width:34rem;margin:8vh auto;padding:2rem;background:#fff;border:1px solid #dadde1;border-radius:.5rem}
        h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.25}
        ul{padding-left:1.25rem}
        button{margin:1rem 0 0;padding:.8rem 1.5rem;border:0;border-radius:.4rem;background:#1b4fb3;color:#fff;font:inherit;font-weight:600;cursor:pointer}
        button:focus-visible{outline:3px solid #f0a500;outline-offset:2px}
        .after{color:#54585d;font-size:.95rem}
        @media (max-width:40rem){main{margin:0;min-height:100vh;border:0;border-radius:0}button{width:100%}}
        @media (prefers-color-scheme:dark){body{background:#16181b;color:#e8eaed}main{background:#202327;border-color:#3a3f45}.after{color:#a9afb6}button{background:#8ab4f8;color:#10151c}}
        """

    private static let page = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <meta name="robots" content="noindex">
        <title>{{heading}}</title>
        <style>{{{style}}}</style>
        </head>
        <body>
        <main>
        <h1>{{heading}}</h1>
        {{#sentences}}<p>{{.}}</p>
        {{/sentences}}{{#hasPoints}}<ul>
        {{#points}}<li>{{.}}</li>
        {{/points}}</ul>
        {{/hasPoints}}{{#button}}<form method="post"><input type="hidden" name="{{name}}" value="{{value}}"><button type="submit">{{label}}</button></form>
        {{/button}}{{#afterword}}<p class="after">{{.}}</p>
        {{/afterword}}</main>
        </body>
        </html>

        """

    private let template: MustacheTemplate
    private let headers: HTTPFields

    init() throws {
        template = try MustacheTemplate(string: Self.page)
        let hash = Data(SHA256.hash(data: Array(Self.style.utf8))).base64EncodedString()
        headers = [
            .contentType: "text/html; charset=utf-8",
            .contentSecurityPolicy:
                "default-src 'none'; style-src 'sha256-\(hash)'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            .cacheControl: "no-store",
            .referrerPolicy: "no-referrer",
            .robots: "noindex, nofollow",
            .permissionsPolicy: "interest-cohort=()",
            .frameOptions: "DENY",
        ]
    }

    func response(_ page: PublicPage, status: HTTPResponse.Status = .ok) -> Response {
        var content: [String: Any] = [
            "heading": page.heading,
            "sentences": page.sentences,
            "points": page.points,
            "hasPoints": !page.points.isEmpty,
            "style": Self.style,
        ]
        content["afterword"] = page.afterword
        content["button"] = page.button.map { ["label": $0.label, "name": $0.name, "value": $0.value] }
        let html = template.render(content)
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }
}
