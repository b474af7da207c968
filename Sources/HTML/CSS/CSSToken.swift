/// A token of CSS (CSS Syntax Level 3, section 4), as a range of the source.
struct CSSToken: Equatable {
    enum Kind: Equatable {
        case blank
        case comment
        case identifier
        case function
        case atKeyword
        case hash
        case string
        case badString
        case url
        case badURL
        case number
        case delimiter(UInt8)
        case colon
        case semicolon
        case comma
        case open(UInt8)
        case close(UInt8)
        case cdo
        case cdc
        case end

        /// What closes what this opens; nil when it opens nothing.
        var partner: UInt8? {
            switch self {
            case .function, .open(UInt8(ascii: "(")): UInt8(ascii: ")")
            case .open(UInt8(ascii: "[")): UInt8(ascii: "]")
            case .open: UInt8(ascii: "}")
            default: nil
            }
        }
    }

    let kind: Kind
    let range: Range<Int>

    /// Whether it says nothing.
    var isBlank: Bool { kind == .blank || kind == .comment }
}
