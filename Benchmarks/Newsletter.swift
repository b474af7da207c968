import CommCore
import Foundation

/// Newsletters as people send them: a style block, tables, paragraphs, tracked links and an unsubscribe link.
struct Newsletter {
    let html: String

    /// - Parameters:
    ///   - bytes: about how large the HTML becomes.
    ///   - links: tracked links, spread over the sections.
    ///   - nodes: about how many elements it gets, if the size allows that: price lists have more of them than sections.
    ///   - mergeTags: different merge tags in the greeting.
    init(bytes: Int, links: Int, nodes: Int = 0, mergeTags: [String] = ["name"]) {
        var sections: [String] = []
        var size = Self.head.utf8.count + Self.foot.utf8.count
        var number = 0
        var elements = Self.frameElements + links
        while size < bytes {
            // Neither elements nor bytes run out before the other.
            if elements * bytes < nodes * size, elements + Self.priceElements < nodes {
                sections.append(Self.prices)
                size += Self.prices.utf8.count
                elements += Self.priceElements
                continue
            }
            let words = nodes > 0 && elements + Self.sectionElements > nodes
            guard !words else {
                sections.append(Self.words)
                size += Self.words.utf8.count
                continue
            }
            let link = number < links ? Self.link(number) : ""
            let section = Self.section(number, link: link)
            sections.append(section)
            size += section.utf8.count
            elements += Self.sectionElements
            number += 1
        }
        while number < links {
            sections.append("<p>\(Self.link(number))</p>\n")
            number += 1
        }
        let greeting = mergeTags.map { "{{\($0)|reader}}" }.joined(separator: " ")
        html = Self.head + "<p class=\"greeting\">Hello \(greeting),</p>\n" + sections.joined() + Self.foot
    }

    /// Compiles it as the API does.
    func compiled(campaignID: UUID) throws -> CompiledTemplate {
        try CompilePipeline().compile(
            TemplateSource(subject: "News for {{name|you}}", html: html, text: nil),
            options: CompileOptions(campaignID: campaignID, trackingBase: "https://track.example.com")
        )
    }

    private static func link(_ number: Int) -> String {
        "<a class=\"button\" href=\"https://shop.example.com/offers/\(number)?ref=newsletter&amp;item=\(number * 7)\">Offer \(number)</a>"
    }

    private static func section(_ number: Int, link: String) -> String {
        """
        <table class="section" width="100%"><tr><td class="left"><img src="https://cdn.example.com/pictures/\(number % 20).jpg" width="120" \
        height="80" alt="Picture \(number)"></td><td class="right"><h2>Harbour news, part \(number)</h2>
        <p class="text">The new boats of this season have arrived, and with them the longer evenings on the quay. Sails, ropes and paint are \
        in stock again; the workshop repairs what the winter has broken, and on Saturdays the café is open until the last guest goes.</p>
        <p class="text small">Prices include tax. Delivery within three days. \(link)</p></td></tr></table>

        """
    }

    private static let frameElements = 8
    /// Without its link.
    private static let sectionElements = 8

    private static let words =
        "The ferry leaves at eight and at noon, and on market days once more in the evening when the stalls are folded up.\n"

    private static let priceElements = 9
    private static let prices = """
        <table class="section small"><tr><td>Rope, by the metre</td><td><b>2.10</b></td></tr>
        <tr><td>Paint, white, one litre</td><td><b>19.80</b></td></tr></table>

        """

    private static let head = """
        <!DOCTYPE html><html><head><meta charset="utf-8"><title>Harbour news</title><style>
        body { margin: 0; font-family: Helvetica, Arial, sans-serif; color: #223344 }
        .section { border-collapse: collapse; margin-bottom: 16px } .section td { padding: 8px }
        td.left { width: 140px; vertical-align: top } td.right { vertical-align: top }
        h2 { font-size: 18px; margin: 0 0 8px } p.text { line-height: 1.4; margin: 0 0 8px } p.small { font-size: 12px; color: #667788 }
        a.button { display: inline-block; padding: 4px 12px; background: #0a5; color: #fff; text-decoration: none }
        .greeting { font-size: 16px } .foot a { color: #667788 } @media (max-width: 600px) { td.left { display: none } }
        </style></head><body>

        """

    private static let foot = """
        <p class="foot">You get this mail because you asked for it. <a href="{{unsubscribe_url}}">Unsubscribe</a></p></body></html>
        """
}
