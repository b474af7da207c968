import FoundationEssentials

/// A draft that can be stored.
struct CheckedSuppression: Sendable, Equatable {
    /// What is looked up when a message leaves: the key of a ``ChannelAddress``, or `@` and the domain.
    let key: String
    /// As it was written, as far as it may be shown; nil for a domain.
    let email: String?
    let scope: SuppressionScope
    let listID: UUID?
    let reason: String
    let source: String
    let note: String?
    let expiresAt: Date?

    private static let longestWord = 100
    private static let longestNote = 1_000

    /// Checks a draft; `ComplianceError.invalid` names every field that is wrong.
    init(_ draft: SuppressionDraft, now: Date) throws(ComplianceError) {
        var check = FieldCheck()
        scope = Self.scope(draft, &check)
        (key, email) = Self.entry(draft, scope, &check)
        if (scope == .list) != (draft.listID != nil) {
            let message = scope == .list ? "list_id is required with the scope list" : "list_id goes with the scope list only"
            check.add("list_id", scope == .list ? "required" : "invalid", message)
        }
        if let reason = draft.reason { check.requiredLine("reason", reason, limit: Self.longestWord) }
        if let source = draft.source { check.requiredLine("source", source, limit: Self.longestWord) }
        check.text("note", draft.note)
        check.line("note", draft.note, limit: Self.longestNote)
        if let end = draft.expiresAt, end <= now { check.add("expires_at", "invalid", "expires_at must be in the future") }
        if let end = draft.expiresAt, end > Self.furthest { check.add("expires_at", "invalid", "expires_at is too far in the future") }
        guard check.problems.isEmpty else { throw ComplianceError.invalid(check.problems) }
        listID = draft.listID
        reason = draft.reason ?? "manual"
        source = draft.source ?? "admin"
        note = draft.note
        expiresAt = draft.expiresAt
    }

    /// The year 9999.
    private static let furthest = Date(timeIntervalSince1970: 253_370_764_800)

    private static func scope(_ draft: SuppressionDraft, _ check: inout FieldCheck) -> SuppressionScope {
        guard let word = draft.scope else { return draft.domain != nil && draft.email == nil ? .domain : .all }
        guard let scope = SuppressionScope(rawValue: word) else {
            check.add("scope", "invalid", "scope must be one of \(SuppressionScope.names)")
            return .all
        }
        return scope
    }

    private static func entry(
        _ draft: SuppressionDraft,
        _ scope: SuppressionScope,
        _ check: inout FieldCheck
    ) -> (key: String, email: String?) {
        let told = draft.channel ?? (draft.address == nil ? nil : Channel.email.rawValue)
        guard let word = told else { return address(draft, scope, &check) }
        guard let channel = Channel(rawValue: word) else {
            check.add("channel", "invalid", "channel must be one of \(Channel.names)")
            return ("", nil)
        }
        guard channel != .email else {
            var mail = draft
            if mail.email == nil { mail.email = draft.address }
            return address(mail, scope, &check)
        }
        if scope != .all, scope != .marketing { check.add("scope", "invalid", "scope must be all or marketing on the channel \(word)") }
        if draft.email != nil { check.add("email", "invalid", "email goes with the channel email only; use address") }
        if draft.domain != nil { check.add("domain", "invalid", "domain goes with the channel email only") }
        guard let found = draft.address.flatMap({ ChannelAddress(listed: $0, channel: channel) }) else {
            let kind = channel == .sms ? "a number such as +14155550123" : "the registration of an app"
            check.add("address", draft.address == nil ? "required" : "invalid", "address must be \(kind)")
            return ("", nil)
        }
        return (found.key, found.shown)
    }

    private static func address(
        _ draft: SuppressionDraft,
        _ scope: SuppressionScope,
        _ check: inout FieldCheck
    ) -> (key: String, email: String?) {
        guard scope == .domain else {
            if draft.domain != nil { check.add("domain", "invalid", "domain goes with the scope domain only") }
            guard let address = draft.email.flatMap({ try? EmailAddress($0) }) else {
                check.add("email", draft.email == nil ? "required" : "invalid", "Valid email address required")
                return ("", nil)
            }
            return (address.normalized, address.original)
        }
        if draft.email != nil { check.add("email", "invalid", "a suppression of a domain has no email") }
        guard let domain = draft.domain.flatMap(normalizedDomain) else {
            check.add("domain", draft.domain == nil ? "required" : "invalid", "domain must be a domain name such as example.com")
            return ("", nil)
        }
        return ("@" + domain, nil)
    }

    /// The domain as contacts' normalized addresses have it; nil when no address could have it.
    static func normalizedDomain(_ text: String) -> String? {
        (try? EmailAddress("x@" + text.drop { $0 == "@" || $0 == " " }))?.domain
    }
}
