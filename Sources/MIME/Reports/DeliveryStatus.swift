import FoundationEssentials

/// A delivery status notification: what became of a mail for each recipient (RFC 3464, RFC 6533).
package struct DeliveryStatus: Sendable, Equatable {
    /// What the reporting server did.
    package enum Action: String, Sendable, CaseIterable {
        /// Given up.
        case failed
        /// Not yet; it is tried further.
        case delayed
        case delivered
        /// Passed on to where no notifications come from.
        case relayed
        /// Passed on to several addresses.
        case expanded
    }

    /// What became of it for one recipient.
    package struct Recipient: Sendable, Equatable {
        /// As the sender named it, where that is told.
        package var originalRecipient: String?
        /// Who it was at the end: another address after forwarding.
        package var finalRecipient: String?
        package var action: Action?
        /// `5.1.1`, without what some add to it.
        package var status: String?
        /// What the recipient's server said.
        package var diagnostic: String?
        package var remoteServer: String?
        package var lastAttempt: Date?

        package init(
            originalRecipient: String? = nil,
            finalRecipient: String? = nil,
            action: Action? = nil,
            status: String? = nil,
            diagnostic: String? = nil
        ) {
            self.originalRecipient = originalRecipient
            self.finalRecipient = finalRecipient
            self.action = action
            self.status = status
            self.diagnostic = diagnostic
        }
    }

    package private(set) var reportingServer: String?
    /// What the sender called the transaction (ENVID).
    package private(set) var envelopeID: String?
    package private(set) var recipients: [Recipient] = []

    /// Reads the body of a `message/delivery-status` part.
    ///
    /// - Returns: nil when it tells of no recipient.
    package init?(_ octets: [UInt8]) {
        for block in ReportFields(octets).blocks { add(block) }
        guard !recipients.isEmpty else { return nil }
    }

    private mutating func add(_ block: MIMEHeaders) {
        var recipient: Recipient?
        for field in block.fields {
            let name = ASCIIClass.lowercased(field.name)
            switch name {
            case "reporting-mta": reportingServer = ReportFields.typed(field.value).value
            case "original-envelope-id": envelopeID = field.value
            case "final-recipient":
                // Some leave out the empty line between two recipients.
                if let known = recipient, known.finalRecipient != nil {
                    recipients.append(known)
                    recipient = nil
                }
                recipient = recipient ?? Recipient()
                recipient?.finalRecipient = ReportFields.address(field.value)
            case "original-recipient":
                if let known = recipient, known.originalRecipient != nil {
                    recipients.append(known)
                    recipient = nil
                }
                recipient = recipient ?? Recipient()
                recipient?.originalRecipient = ReportFields.address(field.value)
            case "action", "status", "diagnostic-code", "remote-mta", "last-attempt-date":
                recipient = recipient ?? Recipient()
                Self.read(field.value, name, into: &recipient)
            default: break
            }
        }
        if let recipient { recipients.append(recipient) }
    }

    private static func read(_ value: String, _ name: String, into recipient: inout Recipient?) {
        switch name {
        case "action": recipient?.action = action(ReportFields.withoutComments(value))
        case "status":
            recipient?.status = ReportFields.withoutComments(value).split { $0 == " " || $0 == "\t" || $0 == ";" }.first.map(String.init)
        case "diagnostic-code": recipient?.diagnostic = ReportFields.typed(value).value
        case "remote-mta": recipient?.remoteServer = ReportFields.typed(value).value
        default: recipient?.lastAttempt = MailDate.parse(value)
        }
    }

    private static func action(_ word: String) -> Action? {
        let word = ASCIIClass.lowercased(word)
        return word == "expired" ? .failed : Action(rawValue: String(word.prefix { $0.isLetter }))
    }
}
