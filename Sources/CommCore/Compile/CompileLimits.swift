/// Bounds of a template.
///
/// A limit refuses the template, a threshold warns.
package struct CompileLimits: Sendable, Equatable {
    /// Size of the HTML, and of the text, in bytes.
    package var bytes: Int
    /// Elements of the HTML.
    package var elements: Int
    /// `a[href]` of the HTML.
    package var links: Int
    /// Characters of the subject (RFC 5322, 2.1.1).
    package var subjectCharacters = 998
    /// Images above which a warning is given.
    package var imageWarning = 50
    /// Characters of text above which a warning is given.
    package var textWarning = 102_400
    /// Share of a limit, in percent, from which a warning is given.
    package var warningPercent = 80

    /// The limits of the contract, unless told otherwise.
    package init(bytes: Int = 512_000, elements: Int = 2_000, links: Int = 100) {
        self.bytes = bytes
        self.elements = elements
        self.links = links
    }
}
