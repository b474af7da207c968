/// What stands between double braces.
package enum MergeContent: Sendable, Equatable {
    case value(MergeTag)
    case block(BlockTag)
    /// `{{! … }}`
    case comment
    /// `\{{`: braces that are meant.
    case escape
    /// Of this language, and wrong.
    case invalid(MergeSyntaxError)
    /// Not of this language.
    case unknown

    /// Reads it, without braces and the signs for trimming.
    init(_ content: Substring) {
        let content = content.drop(while: \.isWhitespace)
        do {
            if content.first == "!" {
                self = .comment
            } else if let block = try BlockTag(content) {
                self = .block(block)
            } else if let tag = try MergeTag.read(content) {
                self = .value(tag)
            } else {
                self = .unknown
            }
        } catch let error {
            self = .invalid(error)
        }
    }
}
