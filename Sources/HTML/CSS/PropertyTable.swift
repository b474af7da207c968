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
    }

    private var names = NameTable()
    private var properties: [Property] = []

    /// A table that knows the names with numbers of their own.
    init() {
        for name in ["display", "all"] {
            SourceBytes.with(Array(name.utf8)) { _ = number($0, 0..<name.utf8.count) }
        }
    }

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
        let (short, long) = leftName.count < rightName.count ? (leftName, rightName) : (rightName, leftName)
        for (shorthand, longhands) in Self.unlike where short.elementsEqual(shorthand.utf8) || long.elementsEqual(shorthand.utf8) {
            let rest = short.elementsEqual(shorthand.utf8) ? long : short
            if longhands.contains(where: { rest.elementsEqual($0.utf8) }) { return true }
        }
        if short.elementsEqual("border-radius".utf8) { return long.suffix(7).elementsEqual("-radius".utf8) }
        guard long.count > short.count, long.starts(with: short), long[long.startIndex + short.count] == UInt8(ascii: "-") else {
            return false
        }
        return !Self.independent.contains { long.starts(with: $0.utf8) }
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
            return Property(family: hash(String(shorthand.prefix { $0 != "-" })))
        }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        var property = Property(family: hash(String(parts.first == "" ? text[...] : parts[0])))
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
