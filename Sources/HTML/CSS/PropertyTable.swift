/// Numbers for the names of properties, and which of them set the same thing: a shorthand and its longhands.
struct PropertyTable: Sendable {
    static let display: Int32 = 0
    private static let all: Int32 = 1

    /// What is known of a property.
    private struct Property {
        /// Properties of different families have nothing to do with each other.
        var family: UInt32
        /// Of `border`, `border-top`, `border-top-color`…: the sides and aspects that it sets.
        var sides: UInt8 = 0
        var aspects: UInt8 = 0
        /// Whether it is related to a property that is not called like it.
        var isUnlike = false
    }

    private var names = NameTable.empty
    private var properties: [Property] = []

    /// A table that knows the properties of usual mail, so that little is left to be found out.
    static let usual = PropertyTable()

    private init() {
        for name in ["display", "all"] + Self.usualNames.split(separator: " ").map(String.init) {
            SourceBytes.with(Array(name.utf8)) { _ = number($0, 0..<name.utf8.count) }
        }
    }

    private static let usualNames = """
        color background background-color background-image background-position background-repeat background-size border border-top \
        border-right border-bottom border-left border-color border-style border-width border-top-width border-right-width \
        border-bottom-width border-left-width border-top-color border-right-color border-bottom-color border-left-color border-top-style \
        border-right-style border-bottom-style border-left-style border-collapse border-spacing border-radius border-top-left-radius \
        border-top-right-radius border-bottom-left-radius border-bottom-right-radius box-shadow box-sizing clear cursor direction float \
        font font-family font-size font-style font-variant font-weight height left letter-spacing line-height list-style \
        list-style-position list-style-type margin margin-top margin-right margin-bottom margin-left max-height max-width min-height \
        min-width mso-hide mso-line-height-rule mso-table-lspace mso-table-rspace mso-padding-alt opacity outline overflow padding \
        padding-top padding-right padding-bottom padding-left position right table-layout text-align text-decoration text-indent \
        text-overflow text-shadow text-transform top bottom vertical-align visibility white-space width word-break word-spacing word-wrap \
        overflow-wrap z-index -ms-interpolation-mode -ms-text-size-adjust -webkit-text-size-adjust -webkit-font-smoothing \
        -webkit-box-sizing -moz-box-sizing -webkit-border-radius -moz-border-radius zoom content
        """

    /// The number of a property; names are compared in lower case, except those of custom properties.
    mutating func number(_ source: SourceBytes, _ range: Range<Int>) -> Int32 {
        let isCustom = range.count > 2 && source[range.lowerBound] == 0x2D && source[range.lowerBound + 1] == 0x2D
        let number = names.number(source, range, lowered: !isCustom)
        if Int(number) == properties.count { properties.append(Self.property(names.name(number), isCustom)) }
        return number
    }

    /// The name of a property.
    func name(_ number: Int32) -> ArraySlice<UInt8> { names.name(number) }

    /// Whether a declaration of one can undo a declaration of the other.
    @inline(__always)
    func areRelated(_ left: Int32, _ right: Int32) -> Bool {
        if left == right || left == Self.all || right == Self.all { return true }
        guard properties[Int(left)].family == properties[Int(right)].family else { return false }
        return areRelatedInFamily(left, right)
    }

    private func areRelatedInFamily(_ left: Int32, _ right: Int32) -> Bool {
        let (one, other) = (properties[Int(left)], properties[Int(right)])
        if one.sides & other.sides != 0 { return one.aspects & other.aspects != 0 }
        let (leftName, rightName) = (name(left), name(right))
        if one.isUnlike, other.isUnlike, areUnlike(leftName, rightName) { return true }
        let (short, long) = leftName.count < rightName.count ? (leftName, rightName) : (rightName, leftName)
        guard long.count > short.count else { return false }
        let end = long.startIndex + short.count
        if long[end] == UInt8(ascii: "-"), long[..<end] == short { return !Self.independent.contains { long.starts(with: $0.utf8) } }
        return short.count == 13 && short.elementsEqual("border-radius".utf8) && long.suffix(7).elementsEqual("-radius".utf8)
    }

    private func areUnlike(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
        let (left, right) = (String(decoding: left, as: UTF8.self), String(decoding: right, as: UTF8.self))
        return Self.unlike.contains { shorthand, longhands in
            left == shorthand && longhands.contains(right) || right == shorthand && longhands.contains(left)
        }
    }

    /// Begin with a shorthand's name without being a part of it.
    private static let independent = ["border-radius", "border-collapse", "border-spacing"]

    /// Shorthands whose longhands do not begin with their name.
    private static let unlike: [(String, [String])] = [
        ("font", ["line-height"]), ("inset", ["top", "right", "bottom", "left"]), ("gap", ["row-gap", "column-gap"]),
        ("flex-flow", ["flex-direction", "flex-wrap"]), ("columns", ["column-width", "column-count"]),
        ("overflow-wrap", ["word-wrap"]),
    ]

    private static func property(_ name: ArraySlice<UInt8>, _ isCustom: Bool) -> Property {
        let text = String(decoding: name, as: UTF8.self)
        if isCustom { return Property(family: hash(text)) }
        for (shorthand, longhands) in unlike where longhands.contains(text) {
            return Property(family: hash(String(shorthand.prefix { $0 != "-" })), isUnlike: true)
        }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        // Of a maker's property the family comes behind the maker's name.
        let family = parts.first == "" ? parts.prefix(3).joined(separator: "-") : String(parts[0])
        var property = Property(family: hash(family))
        property.isUnlike = unlike.contains { $0.0 == text }
        guard parts.first == "border", parts.count <= 3 else { return property }
        (property.sides, property.aspects) = (15, 7)
        for part in parts.dropFirst() {
            switch part {
            case "top": property.sides = 1
            case "right": property.sides = 2
            case "bottom": property.sides = 4
            case "left": property.sides = 8
            case "color": property.aspects = 1
            case "style": property.aspects = 2
            case "width": property.aspects = 4
            default: (property.sides, property.aspects) = (0, 0)
            }
            if property.sides == 0 { return property }
        }
        return property
    }

    private static func hash(_ text: String) -> UInt32 {
        text.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
    }
}
