/// What the roll-ups count; the raw value is the column's name.
enum RollUpMeasure: String, CaseIterable, Sendable {
    // Outcomes of the delivery log.
    case sent, suppressed, skipped, failed, unknown
    // Facts that came back, each once per message but `deferred`.
    case accepted, delivered, deferred
    case hardBounced = "hard_bounced"
    case softBounced = "soft_bounced"
    case complained, rejected, blocked
    // Every open and click, by verdict; and each message once, at its first counted one.
    case opensHuman = "opens_human"
    case opensUnknown = "opens_unknown"
    case opensScanner = "opens_scanner"
    case opensMachine = "opens_machine"
    case opened
    case clicksHuman = "clicks_human"
    case clicksUnknown = "clicks_unknown"
    case clicksScanner = "clicks_scanner"
    case clicksMachine = "clicks_machine"
    case clicked
    /// Each message once for each of its links.
    case linkClicked = "link_clicked"
    case unsubscribed, resubscribed

    var column: String { rawValue }

    /// What one event adds, as SQL over a row `s` of ``RollUpFacts``.
    var ofEvent: String {
        switch self {
        case .sent, .suppressed, .skipped, .failed, .unknown: "0"
        case .accepted: Self.type("sent")
        case .delivered, .deferred, .complained, .blocked, .unsubscribed, .resubscribed: Self.type(rawValue)
        case .rejected: Self.type("failed")
        case .hardBounced: "(s.type = 'bounced' AND NOT comm_is_soft_bounce(s.payload))::int"
        case .softBounced: "(s.type = 'bounced' AND comm_is_soft_bounce(s.payload))::int"
        case .opensHuman, .opensUnknown, .opensScanner, .opensMachine: Self.each("opened", verdict: rawValue.dropFirst("opens_".count))
        case .clicksHuman, .clicksUnknown, .clicksScanner, .clicksMachine:
            Self.each("clicked", verdict: rawValue.dropFirst("clicks_".count))
        case .opened, .clicked: "CASE WHEN s.type = '\(rawValue)' THEN s.first ELSE 0 END"
        case .linkClicked: "CASE WHEN s.type = 'clicked' THEN s.first_of_link ELSE 0 END"
        }
    }

    /// What one row `d` of the delivery log adds.
    var ofLog: String {
        switch self {
        case .sent, .suppressed, .skipped, .failed, .unknown: "(d.outcome = '\(rawValue)')::int"
        default: "0"
        }
    }

    private static func type(_ type: String) -> String {
        "(s.type = '\(type)')::int"
    }

    /// A row that was there before counts for what its verdict has become, less what it was.
    private static func each(_ type: String, verdict: Substring) -> String {
        """
        CASE WHEN s.type = '\(type)' THEN (s.verdict = '\(verdict)')::int - (s.is_old AND s.old_verdict = '\(verdict)')::int ELSE 0 END
        """
    }
}
