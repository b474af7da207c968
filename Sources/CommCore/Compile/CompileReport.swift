/// What compiling found out about a template.
///
/// It is stored with the artifact and shown by the API.
package struct CompileReport: Codable, Sendable, Equatable {
    package var metrics = CompileMetrics()
    /// Every `a[href]`, `area[href]` and VML link in source order, and those of conditional comments.
    package var links: [LinkReport] = []
    /// What the mail takes from a contact, as in `RenderProgram.fields`.
    package var fields: [String] = []
    package var warnings: [CompileIssue] = []
    /// What stands against sending: scheduling is refused while there is any.
    package var blockers: [CompileIssue] = []
    /// What the hooks said, in the order in which they ran.
    package var hooks: [HookRun] = []
    /// What the gate at scheduling says; nil for a template that belongs to no campaign.
    package var preflight: PreflightReport?

    /// An empty report.
    package init() {}
}

/// Sizes of a template and of what was made of it.
package struct CompileMetrics: Codable, Sendable, Equatable {
    /// Bytes of the source's HTML.
    package var htmlSize = 0
    /// Bytes of the compiled HTML, before personalising.
    package var compiledHTMLSize = 0
    /// Characters of the HTML's text.
    package var textLength = 0
    package var subjectLength = 0
    /// Elements of the HTML.
    package var nodeCount = 0
    /// `a[href]` of the HTML.
    package var linkCount = 0
    package var imageCount = 0
    /// Images without an `alt` attribute, those of one pixel apart.
    package var imagesWithoutAlt = 0
    /// Characters of the text that mailboxes show beside the subject, where the mail has one for the purpose.
    package var preheaderLength = 0
    /// Names used in merge tags, sorted.
    package var mergeVariables: [String] = []
}

/// One link of a mail.
package struct LinkReport: Codable, Sendable, Equatable {
    /// Why a link is not tracked.
    package enum Untracked: String, Codable, Sendable, CaseIterable {
        case empty
        case anchor
        /// `mailto:`, `tel:`, `sms:` and every other scheme but the web's.
        case scheme
        case unsubscribe
        /// The mail itself, in a browser.
        case webVersion = "web_version"
        /// The recipient's preference centre.
        case preferences
        /// Marked with `data-do-not-track`.
        case doNotTrack = "do_not_track"
        /// Its host is one that the tenant does not track.
        case untrackedHost = "untracked_host"
        case relative
        /// A merge marker of another product, left as it is.
        case foreignMarker = "foreign_marker"
        case tooLong = "too_long"
        /// Tracking is switched off for the campaign.
        case off
    }

    /// Place among the mail's links, counted from 0; the `link_index` of clicks.
    package var index: Int
    /// The link's text, or the alternative text of its image; in a conditional comment, too.
    package var text: String
    package var line: Int
    package var column: Int
    /// As in the source, with merge tags.
    package var original: String
    /// Where the link leads after the campaign's parameters were added, with merge tags.
    package var target: String
    package var tracked: Bool
    package var reason: Untracked?
    /// Names of the campaign parameters that were added or replaced.
    package var utmApplied: [String]
}
