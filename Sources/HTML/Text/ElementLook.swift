/// What an element's own attributes say about how it looks.
struct ElementLook {
    private let inheritedSize: Double
    var reason: Visibility.Reason?
    private(set) var fontSize: Double?
    private(set) var color: UInt32?
    private(set) var setsColor = false
    private(set) var background: UInt32?
    private(set) var setsBackground = false
    private var isClipped = false
    private var hasNoHeight = false
    private var isAbsolute = false
    private var isFarAway = false

    init(inherited size: Double) {
        inheritedSize = size
    }

    /// Whether texts inside look different from those around the element.
    var changes: Bool { fontSize != nil || setsColor || setsBackground }

    /// Reads the attributes of a start tag.
    mutating func read(_ tag: SourceTag, _ name: String, _ document: HTMLDocument) {
        for attribute in tag.attributes {
            switch attribute.name {
            case "style": StyleScan.forEach(in: document.bytes(of: attribute)) { read($0, $1) }
            case "hidden": reason = .notDisplayed
            case "aria-hidden" where document.value(of: attribute).lowercased() == "true": reason = .notDisplayed
            case "class":
                let names = document.bytes(of: attribute).split { $0 <= 0x20 }
                if names.contains(where: { $0.elementsEqual("sr-only".utf8) || $0.elementsEqual("hidden".utf8) }) { reason = .notDisplayed }
            case "bgcolor": setBackground(document.value(of: attribute).lowercased())
            case "background":
                background = nil
                setsBackground = true
            case "color" where name == "font", "text" where name == "body": setColor(document.value(of: attribute).lowercased())
            default: break
            }
        }
        if hasNoHeight, isClipped { reason = reason ?? .collapsed }
        if isFarAway, isAbsolute { reason = reason ?? .offScreen }
    }

    private mutating func read(_ name: String, _ value: String) {
        switch name {
        case "display": if value == "none" { reason = .notDisplayed }
        case "visibility": if value == "hidden" || value == "collapse" { reason = .notDisplayed }
        case "mso-hide": if value == "all" { reason = .notDisplayed }
        case "opacity": if let number = Double(String(value)), number < 0.05 { reason = .transparent }
        case "max-height": if StyleScan.pixels(value) == 0 { reason = reason ?? .collapsed }
        case "height", "width", "max-width": if StyleScan.pixels(value) == 0 { hasNoHeight = true }
        case "overflow", "overflow-y", "overflow-x": if value.hasPrefix("hidden") { isClipped = true }
        case "text-indent": if let pixels = StyleScan.pixels(value), pixels <= -500 { reason = reason ?? .offScreen }
        case "position": isAbsolute = value == "absolute" || value == "fixed"
        case "left", "top", "right", "bottom": if let pixels = StyleScan.pixels(value), pixels <= -500 { isFarAway = true }
        case "clip": if value.hasPrefix("rect(0") { isFarAway = true }
        case "font-size": readSize(value)
        case "font": if value.hasPrefix("0/") || value.hasPrefix("0 ") || value.hasPrefix("0px") { fontSize = 0 }
        case "color": setColor(value)
        case "background", "background-color": setBackground(value)
        default: break
        }
    }

    private mutating func readSize(_ value: String) {
        if let pixels = StyleScan.pixels(value) {
            fontSize = pixels
        } else if value.hasSuffix("%"), let percent = Double(String(value.dropLast())) {
            fontSize = inheritedSize * percent / 100
        } else if value.hasSuffix("em"), !value.hasSuffix("rem"), let factor = Double(String(value.dropLast(2))) {
            fontSize = inheritedSize * factor
        } else {
            fontSize = 16
        }
    }

    private mutating func setColor(_ value: String) {
        setsColor = true
        color = ColorValue.rgb(value)
        if value == "transparent" { reason = reason ?? .transparent }
    }

    private mutating func setBackground(_ value: String) {
        guard value != "transparent", value != "none", value != "inherit", !value.isEmpty else { return }
        setsBackground = true
        // With an image there is no telling.
        background =
            value.contains("url(") || value.contains("gradient") ? nil : ColorValue.rgb(String(value.split(separator: " ").first ?? ""))
    }
}
