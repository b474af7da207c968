/// What the words of a mail server say, for the many that give a vague code or none.
enum BounceText {
    /// Groups in the order in which they are tried; a group's words, lower case, one of which must be there.
    private static let groups: [(BounceClass, [String])] = [
        // Who is unknown here is the sender, not the recipient.
        (
            .config,
            [
                "sender address rejected", "sender rejected", "sender address does not exist", "sender verify failed",
                "sender verification failed", "sender domain",
            ]
        ),
        (
            .hard,
            [
                "user unknown", "no such user", "no such recipient", "no such mailbox", "no such address", "unknown user",
                "unknown recipient", "unknown account", "mailbox not found", "recipient rejected: user", "recipient address rejected: user",
                "recipient rejected: undeliverable", "recipient address rejected: undeliverable", "invalid recipient", "doesn't exist",
                "does not exist", "doesnt exist", "address not found", "address unknown", "no mailbox here", "account disabled",
                "account has been disabled", "account closed", "account has been closed", "account deactivated",
                "account has been deactivated", "recipient not found",
            ]
        ),
        (.full, ["mailbox full", "mailbox is full", "over quota", "overquota", "over-quota", "quota exceeded", "inbox is full"]),
        (
            .block,
            [
                "spamhaus", "barracudacentral", "spamcop", "proofpoint", "sorbs", "blacklist", "black list", "blocklist", "block list",
                "blocked using", "blocked by", "poor reputation", "bad reputation", "listed at", "listed in", "listed by",
                "too many spam", "too many complaints", "unsolicited", "user complaints", "unusual rate",
                // Words of Microsoft's, Yahoo's and Apple's for senders that they hold back.
                "s3140", "s3150", "rp-001", "rp-002", "rp-003", "[ts0", "[tss0", "[cs01]", "[hm08]",
            ]
        ),
        (
            .content,
            [
                "message rejected", "content rejected", "spam detected", "spam message", "spam content", "virus",
                "message size exceeds", "message exceeds", "considered spam",
            ]
        ),
        (.policy, ["spf", "dkim", "dmarc", "authentication required", "unauthenticated", "reverse dns", "ptr record"]),
        (
            .soft,
            [
                "try again later", "temporarily", "temporary", "greylist", "deferred", "too many connections", "rate limit",
                "timed out", "timeout", "connection refused", "service unavailable",
            ]
        ),
        (.expired, ["retry time", "delivery time", "expired", "exceeded", "could not be delivered for"]),
    ]

    /// - Returns: nil when nothing in the text is known.
    static func classify(_ text: String) -> BounceClass? {
        let text = text.lowercased()
        if isQuota(text) { return .full }
        for (kind, words) in groups where words.contains(where: { text.contains($0) }) { return kind }
        return text.contains("attachment") && (text.contains("not allowed") || text.contains("blocked")) ? .content : nil
    }

    /// Whether it speaks of a mailbox or quota that is full within one clause.
    private static func isQuota(_ text: String) -> Bool {
        for word in ["mailbox", "quota", "storage", "inbox"] {
            guard let found = text.firstRange(of: word) else { continue }
            let clause = text[found.upperBound...].prefix(37)
            if clause.contains("full") || clause.contains("exceed") { return true }
        }
        return text.contains("insufficient") && text.contains("storage") && text.contains("user")
    }

    static func isDisabled(_ text: String) -> Bool {
        let text = text.lowercased()
        return ["disabled", "inactive", "closed", "suspended"].contains { text.contains($0) }
    }
}
