/// Notices that mail systems write for people, before or without RFC 3464: how to know them, and what their sentences mean.
///
/// Data: a system is added by adding a rule.
enum BounceNoticeRules {
    struct Rule: Sendable {
        let name: String
        /// One of these is in a notice of this kind; lower case.
        let signs: [String]
        /// What its sentences mean, the first that is found; lower case.
        let phrases: [(text: String, kind: BounceClass)]
    }

    static let all: [Rule] = [
        Rule(
            name: "qmail",
            signs: ["this is the qmail-send program", "i'm afraid i wasn't able to deliver your message to the following addresses"],
            phrases: [
                ("no mailbox here by that name", .hard), ("couldn't find any host", .hard), ("no longer accepts mail", .hard),
                ("i'm not going to try again", .expired), ("in the queue too long", .expired), ("over quota", .full),
                ("user over quota", .full), ("wasn't able to establish an smtp connection", .soft), ("message is looping", .config),
            ]
        ),
        Rule(
            name: "exim",
            signs: ["created automatically by mail delivery software", "this message was created automatically by mail delivery"],
            phrases: [
                ("unrouteable address", .hard), ("unrouted address", .hard), ("unknown local part", .hard),
                ("retry timeout exceeded", .expired),
                ("all relevant mx records point to non-existent hosts", .hard), ("an mx or srv record indicated no smtp service", .hard),
                ("no immediate delivery", .soft), ("mailbox is full", .full), ("quota exceeded", .full), ("message too big", .content),
            ]
        ),
        Rule(
            name: "exchange",
            signs: [
                "your message did not reach some or all of the intended recipients", "delivery has failed to these recipients",
                "diagnostic information for administrators", "delivery is delayed to these recipients", "wurde nicht zugestellt",
                "fehler bei der nachrichtenzustellung",
            ],
            phrases: [
                ("resolver.adr.recipnotfound", .hard), ("resolver.adr.exrecipnotfound", .hard), ("recipientnotfound", .hard),
                ("wasn't found at", .hard), ("couldn't be found", .hard), ("e-mail address you entered couldn't be found", .hard),
                ("does not exist in", .hard), ("resolver.rst.notauthorized", .policy), ("resolver.rst.recipsizelimit", .content),
                ("resolver.rst.authrequired", .policy), ("quotaexceeded", .full), ("mailbox is full", .full),
                ("queue.expired", .expired), ("message was too large", .content),
            ]
        ),
        Rule(
            name: "gmail",
            signs: [
                "delivery to the following recipient failed permanently", "technical details of permanent failure",
                "technical details of temporary failure", "delivery to the following recipient has been delayed",
                "your message wasn't delivered to", "the error that the other server returned was",
            ],
            phrases: [
                ("address couldn't be found", .hard), ("account that you tried to reach does not exist", .hard),
                ("account that you tried to reach is disabled", .hard), ("recipient's inbox is out of storage", .full),
                ("account that you tried to reach is over quota", .full), ("unable to receive mail", .hard),
                ("domain couldn't be found", .hard), ("dns error", .soft), ("message will be retried", .soft),
                ("recipient server did not accept our requests to connect", .soft), ("has been blocked", .block),
            ]
        ),
        Rule(
            name: "sendmail",
            signs: ["the following addresses had permanent fatal errors", "the following addresses had transient non-fatal errors"],
            phrases: [("user unknown", .hard), ("host unknown", .hard), ("cannot send message within", .expired), ("mailbox full", .full)]
        ),
        Rule(
            name: "postfix",
            signs: ["this is the mail system at host", "this is the postfix program at host"],
            phrases: [
                ("host or domain name not found", .hard), ("delivery temporarily suspended", .soft), ("mail forwarding loop", .config),
            ]
        ),
    ]

    /// Sentences of notices that something takes longer, and is not given up.
    private static let delays = [
        "this is a warning message only", "you do not need to resend your message", "has been delayed", "delivery is delayed",
        "could not be delivered yet", "has not yet been delivered", "will be retried", "will continue to be",
        "no action is required on your part",
        "technical details of temporary failure", "had transient non-fatal errors",
    ]

    /// Where notices begin to quote the mail that came back; lower case.
    private static let quotations = [
        "--- below this line is a copy of the message", "------ this is a copy of the message", "------ this is a copy of your message",
        "----- original message -----", "----- message header follows -----", "----- unsent message follows -----",
        "--- original message follows", "original message headers:", "----- the following is a copy of the message",
        "--- undelivered message follows",
        "---- original message ----", "your message headers follow",
    ]

    /// The rule for a notice; nil when no system is known by it.
    static func rule(for notice: String) -> Rule? {
        let text = plain(notice)
        return all.first { rule in rule.signs.contains { text.contains($0) } }
    }

    /// Whether a notice only says that it takes longer.
    static func isDelay(_ notice: String) -> Bool {
        let text = plain(notice)
        return delays.contains { text.contains($0) }
    }

    /// What the first known sentence means.
    static func kind(of notice: String, by rule: Rule) -> BounceClass? {
        let text = plain(notice)
        return rule.phrases.first { text.contains($0.text) }?.kind
    }

    /// Where a text begins to quote.
    static func quotation(in text: String) -> String.Index? {
        // Lower case of ASCII only, so that places are the same in both.
        let lower = String(decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
        let first = quotations.compactMap { lower.firstRange(of: $0)?.lowerBound }.min()
        return first.map { String.Index(utf16Offset: $0.utf16Offset(in: lower), in: text) }
    }

    /// In lower case, on one line, with straight apostrophes.
    private static func plain(_ text: String) -> String {
        text.lowercased().replacing("\u{2019}", with: "'").split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
