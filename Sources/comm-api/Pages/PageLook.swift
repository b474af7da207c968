import CommCore

/// How a tenant's pages look.
struct PageLook: Sendable {
    /// Of a page that belongs to nobody in particular.
    static let plain = PageLook(.standard)

    let brandName: String?
    /// https, of plain characters.
    let logoURL: String?
    /// Rules that come after the page's own; made of checked colours only.
    let style: String

    /// Where a form's answer may send the reader on to.
    let landingSource: String?

    init(_ settings: UnsubscribeSettings) {
        let page = settings.page
        landingSource = settings.mode == .customer ? settings.customURL.map(Self.origin) : nil
        brandName = page.brandName
        logoURL = page.logoURL
        var rules = ""
        if let background = page.colors["background"] { rules += "body{background:\(background)}" }
        if let text = page.colors["text"] { rules += "body,.after{color:\(text)}" }
        if let button = page.colors["button"] { rules += "button{background:\(button)}" }
        if let text = page.colors["button_text"] { rules += "button{color:\(text)}" }
        style = rules
    }

    /// Where the logo comes from, for the page's policy.
    var imageSource: String? {
        logoURL.map(Self.origin)
    }

    private static func origin(_ url: String) -> String {
        let end = url.dropFirst(8).firstIndex { "/?#".contains($0) } ?? url.endIndex
        return String(url[..<end])
    }
}
