/// What the gate looks at: the compiled mail, and what it becomes for the recipient who makes it longest.
struct PreflightSubject: Sendable {
    /// The mail of the recipient with the longest values.
    struct Sample: Sendable, Equatable {
        let subject: String
        /// Bytes; nil for a mail without HTML.
        let htmlSize: Int?
        let unsubscribeURL: String
        /// Whether the address stands in the part that people see.
        let showsUnsubscribeURL: Bool
        /// Whether our own page accepts its token.
        let unsubscribeTokenIsAccepted: Bool
    }

    let report: CompileReport
    /// Nil when the values of that recipient make no mail.
    let sample: Sample?
    /// As the author wrote it.
    let subject: String
    let fromAddress: String
    /// Whether the campaign names no sender, so that it is the operator's.
    let isOperatorsAddress: Bool
    /// Empty: any.
    let senderDomains: [String]
}
