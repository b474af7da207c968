/// A template as its author wrote it.
package struct TemplateSource: Sendable, Equatable {
    package var subject: String
    package var html: String?
    /// The author's own text part; without it one is made from the HTML.
    package var text: String?

    package init(subject: String, html: String?, text: String?) {
        self.subject = subject
        self.html = html
        self.text = text
    }
}
