/// What a mail says: text, HTML, or the same in both forms.
///
/// All UTF-8, with line ends of any kind.
package enum MailBody: Sendable {
    case text([UInt8])
    case html([UInt8])
    /// `multipart/alternative`; the text comes first, as the plainer form (RFC 2046 §5.1.4).
    case alternative(text: [UInt8], html: [UInt8])

    /// The form that the given parts allow; nothing at all is an empty text.
    package init(text: [UInt8]?, html: [UInt8]?) {
        switch (text, html) {
        case (let text?, let html?): self = .alternative(text: text, html: html)
        case (nil, let html?): self = .html(html)
        case (let text, nil): self = .text(text ?? [])
        }
    }

    var size: Int {
        switch self {
        case .text(let bytes), .html(let bytes): bytes.count
        case .alternative(let text, let html): text.count + html.count
        }
    }
}
