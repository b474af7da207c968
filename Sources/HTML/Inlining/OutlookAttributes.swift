/// The attributes that Outlook for Windows goes by where it does not go by styles: `width`, `height`, `bgcolor`, `align`, `valign`.
///
/// Browsers let styles win over these attributes, so they change nothing there.
struct OutlookAttributes {
    private let source: SourceBytes
    private let sheet: CSSStylesheet

    init(_ source: SourceBytes, _ sheet: CSSStylesheet) {
        self.source = source
        self.sheet = sheet
    }

    /// What an element gets that does not have it yet, ready to stand behind its other attributes.
    func text(_ style: ElementStyle, _ tag: SourceTag, _ name: HTMLName) -> [UInt8] {
        var output: [UInt8] = []
        for (attribute, properties, value) in Self.rules(name) where tag.attribute(attribute) == nil {
            guard let declared = last(properties, in: style), let value = value(declared) else { continue }
            output.append(contentsOf: " \(attribute)=\"\(value)\"".utf8)
        }
        return output
    }

    /// Whether elements of a name can have any of the attributes.
    static func apply(to name: HTMLName) -> Bool { !rules(name).isEmpty }

    private typealias Rule = (attribute: String, properties: [String], value: (String) -> String?)

    private static func rules(_ name: HTMLName) -> [Rule] {
        let size: [Rule] = [("width", ["width"], length), ("height", ["height"], length)]
        let colour: Rule = ("bgcolor", ["background-color", "background"], colour)
        let align: Rule = ("align", ["text-align"], one(of: ["left", "center", "right", "justify"]))
        let valign: Rule = ("valign", ["vertical-align"], one(of: ["top", "middle", "bottom", "baseline"]))
        return switch name {
        case .table: size + [colour]
        case .td, .th: size + [colour, align, valign]
        case .tr: [colour, align, valign]
        // A share of an image's room is not what Outlook takes a share of.
        case .img: [("width", ["width"], pixels), ("height", ["height"], pixels)]
        default: []
        }
    }

    /// The value of the strongest declaration of one of the properties, in lower case.
    private func last(_ properties: [String], in style: ElementStyle) -> String? {
        for item in style.declarations.reversed() {
            let declaration = sheet.declarations[item.declaration]
            let name = String(decoding: sheet.properties.name(declaration.property), as: UTF8.self)
            guard properties.contains(name) else { continue }
            // Where references hide the places of an attribute's own declarations, nothing is known.
            if item.isOwn, let own = style.own, source.find(UInt8(ascii: "&"), from: own.lowerBound, to: own.upperBound) < own.upperBound {
                return nil
            }
            return source.string(declaration.value, lowered: true)
        }
        return nil
    }

    private static func one(of words: [String]) -> (String) -> String? {
        { words.contains($0) ? $0 : nil }
    }

    /// A number of pixels or a share of the room; nil for anything else.
    private static func length(_ value: String) -> String? {
        let isShare = value.hasSuffix("%")
        let digits = isShare ? value.dropLast() : value.hasSuffix("px") ? value.dropLast(2) : value == "0" ? value[...] : ""
        guard !digits.isEmpty, let number = Double(digits), number >= 0, number <= 10_000 else { return nil }
        return "\(Int(number.rounded()))\(isShare ? "%" : "")"
    }

    private static func pixels(_ value: String) -> String? {
        value.hasSuffix("%") ? nil : length(value)
    }

    /// A colour by name or with six digits, which is all that Outlook reads; nil for anything else.
    private static func colour(_ value: String) -> String? {
        if value.hasPrefix("#") {
            let digits = value.dropFirst()
            guard digits.allSatisfy(\.isHexDigit) else { return nil }
            if digits.count == 3 { return "#" + digits.map { "\($0)\($0)" }.joined() }
            return digits.count == 6 ? value : nil
        }
        if value.hasPrefix("rgb("), value.hasSuffix(")") {
            let parts = value.dropFirst(4).dropLast().split(separator: ",").map { UInt8($0.filter { $0 != " " }) }
            guard parts.count == 3 else { return nil }
            let digits = parts.compactMap { part in part.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) } }
            return digits.count == 3 ? "#" + digits.joined() : nil
        }
        let isWord = !value.isEmpty && value.utf8.allSatisfy(SourceBytes.isLetter)
        let isColour = !["transparent", "inherit", "initial", "unset", "revert", "none", "currentcolor"].contains(value)
        return isWord && isColour ? value : nil
    }
}
