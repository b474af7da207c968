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
    }

    let kind: Kind
    let range: Range<Int>

    /// Whether it says nothing.
    var isBlank: Bool { kind == .blank || kind == .comment }
}
