import FoundationEssentials

/// What an endpoint is to be like: of a new one everything, of an edit what changes.
package struct WebhookDraft: Sendable {
    package var url: String?
    /// `.some(nil)` takes it away, here and below.
    package var description: String??
    package var eventTypes: [String]?
    package var campaignIDs: [UUID]??
    package var channels: [String]??
    package var includesAutomated: Bool?
    /// All of them; an empty object takes them away.
    package var headers: [String: String]?
    package var ordering: String?
    package var maxConcurrency: Int?
    package var maxPerSecond: Int??
    package var isEnabled: Bool?
    /// When it is enabled: whether to pass over what happened meanwhile.
    package var skipsMissed = false
    /// Of one's own; only for a new one.
    package var secret: String?

    package init() {}

    private static let most = 100
    private static let mostHeaders = 20
    private static let longestHeader = 1_000
    /// Set by us, or about the connection.
    private static let ownHeaders: Set<String> = [
        "host", "content-length", "content-type", "content-encoding", "transfer-encoding", "connection", "keep-alive", "upgrade", "te",
        "trailer",
        "expect", "user-agent", "webhook-id", "webhook-timestamp", "webhook-signature", "proxy-authorization", "proxy-connection",
    ]

    /// The checked address; nil when none is given.
    func check(isNew: Bool, policy: TargetPolicy) throws -> WebhookURL? {
        var check = FieldCheck()
        let address = checkURL(isNew: isNew, policy: policy, &check)
        if let text = description.flatMap(\.self) { check.line("description", text, limit: 500) }
        checkTypes(isNew: isNew, &check)
        if let ids = campaignIDs.flatMap(\.self), ids.isEmpty || ids.count > Self.most {
            check.add("campaign_ids", "invalid", "campaign_ids must hold 1 to \(Self.most) campaigns, or be null for all")
        }
        if let names = channels.flatMap(\.self), names.isEmpty || !Set(names).isSubset(of: FeedFilter.knownChannels) {
            check.add("channels", "invalid", "channels must be of: \(FeedFilter.knownChannels.joined(separator: ", ")), or null for all")
        }
        checkHeaders(&check)
        if let ordering, WebhookEndpoint.Ordering(rawValue: ordering) == nil {
            let known = WebhookEndpoint.Ordering.allCases.map(\.rawValue).joined(separator: ", ")
            check.add("ordering", "unknown", "ordering must be one of \(known)")
        }
        if let maxConcurrency, !(1...32).contains(maxConcurrency) {
            check.add("max_concurrency", "out_of_range", "max_concurrency goes from 1 to 32")
        }
        if let rate = maxPerSecond.flatMap(\.self), !(1...1000).contains(rate) {
            check.add("max_per_second", "out_of_range", "max_per_second goes from 1 to 1000, or is null for no limit")
        }
        if let secret { Self.check(secret, &check) }
        guard check.problems.isEmpty else { throw WebhookError(.invalid, "The webhook endpoint is not valid", problems: check.problems) }
        return address
    }

    static func check(_ secret: String, _ check: inout FieldCheck) {
        if WebhookSecret(secret) == nil {
            check.add("secret", "invalid", "secret must be whsec_ and the base64 of 24 to 64 bytes")
        }
    }

    private func checkURL(isNew: Bool, policy: TargetPolicy, _ check: inout FieldCheck) -> WebhookURL? {
        guard let url else {
            if isNew { check.add(.required("url")) }
            return nil
        }
        do {
            return try WebhookURL(url, policy: policy)
        } catch {
            check.add("url", "invalid", "url \((error as? WebhookURL.Refusal)?.reason ?? "is not valid")")
            return nil
        }
    }

    private func checkTypes(isNew: Bool, _ check: inout FieldCheck) {
        guard let eventTypes else {
            if isNew { check.add(.required("event_types")) }
            return
        }
        if eventTypes.isEmpty || eventTypes.count > Self.most {
            check.add("event_types", "invalid", "event_types must hold 1 to \(Self.most) names; \"*\" stands for all")
        }
        for (index, pattern) in eventTypes.enumerated() where FeedEventType.matching(pattern).isEmpty {
            let known = FeedEventType.allCases.map(\.wireName).joined(separator: ", ")
            check.add("event_types[\(index)]", "unknown", "event_types must be of: *, message.*, \(known)")
        }
    }

    private func checkHeaders(_ check: inout FieldCheck) {
        guard let headers else { return }
        if headers.count > Self.mostHeaders { check.add("headers", "too_many", "headers must not be more than \(Self.mostHeaders)") }
        for (name, value) in headers.sorted(by: { $0.key < $1.key }).prefix(Self.mostHeaders + 1) {
            let field = "headers.\(name.prefix(100))"
            let isToken = !name.isEmpty && name.utf8.count <= 100 && name.utf8.allSatisfy { Self.isTokenByte($0) }
            if !isToken {
                check.add(field, "invalid", "\(field) is not a header name")
            } else if Self.ownHeaders.contains(name.lowercased()) {
                check.add(field, "reserved", "\(field) is set by the sender itself")
            }
            if value.utf8.count > Self.longestHeader || value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 > 0x7E }) {
                check.add(field, "invalid", "\(field) must be visible ASCII of at most \(Self.longestHeader) characters")
            }
        }
        if Set(headers.keys.map { $0.lowercased() }).count != headers.count {
            check.add("headers", "invalid", "headers must not repeat a name")
        }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
