import Crypto
import FoundationEssentials

/// What is left of a template after compiling: pieces to put together for one recipient.
///
/// It is stored with the artifact.
package struct RenderProgram: Codable, Sendable, Equatable {
    /// The contact's fields in the order in which a recipient's values are given: `name`, `identity_name` and `email` are the
    /// contact's own, `attributes.<key>` is one of its attributes.
    package var fields: [String]
    package var subject: [Segment]
    /// Nil when the mail has a text part only.
    package var html: [Segment]?
    package var text: [Segment]
    /// Targets of the tracked links, in the order of their indexes.
    package var links: [LinkTarget]
    /// The language of dates and numbers for recipients who have none; nil when none are formatted.
    ///
    /// The recipient's own is then the field `language`.
    package var language: String?
    /// Where this mail's tracked links, open pixel and web version lead, `https://news.example.com`; nil for the deployment's own domain.
    package var trackingBase: String?

    package init(
        fields: [String],
        subject: [Segment],
        html: [Segment]?,
        text: [Segment],
        links: [LinkTarget],
        language: String? = nil,
        trackingBase: String? = nil
    ) {
        self.fields = fields
        self.subject = subject
        self.html = html
        self.text = text
        self.links = links
        self.language = language
        self.trackingBase = trackingBase
    }

    /// The name of the field that holds the recipient's language.
    package static let languageField = "language"

    /// The name of the field that says whether the recipient asked not to be tracked.
    package static let trackingOptOutField = "tracking_opt_out"

    /// The program as JSON with sorted keys: the same program always gives the same bytes.
    package func encoded() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// The program's address: SHA-256 over `encoded()`, in lower-case hexadecimal.
    package func contentHash() throws -> String {
        SHA256.hash(data: Array(try encoded().utf8)).map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }.joined()
    }
}

/// The target of a tracked link, filled in for each recipient before it is signed.
package struct LinkTarget: Codable, Sendable, Equatable {
    /// Place among all `a[href]` of the mail, those that are not tracked included; it names the link in clicks and reports.
    package var index: Int
    /// Literals, values and blocks of them only.
    package var url: [Segment]

    package init(index: Int, url: [Segment]) {
        self.index = index
        self.url = url
    }
}
