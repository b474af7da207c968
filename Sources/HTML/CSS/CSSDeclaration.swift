/// A property and its value.
package struct CSSDeclaration: Sendable, Equatable {
    /// In lower case; a custom property (`--x`) as it is written.
    package let name: String
    /// The value without `!important`, blanks around it cut off, as it is written.
    package let value: String
    package let isImportant: Bool
    /// From the name to the end of the value, `!important` included.
    package let range: Range<Int>
}

/// Something in CSS that was passed over.
package struct CSSProblem: Sendable, Equatable {
    package let message: String
    /// Where it is, as an offset in the bytes that were parsed.
    package let offset: Int
}
