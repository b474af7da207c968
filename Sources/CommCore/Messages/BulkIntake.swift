import FoundationEssentials

/// Takes the recipients of a bulk request batch by batch, and counts those that cannot be sent to.
struct BulkIntake {
    /// Recipients that are stored by one statement.
    static let batch = 10_000
    /// Refusals that are named in the answer.
    private static let named = 100

    private let channel: Channel
    private var seen: Set<String> = []
    private var index = 0
    private var reasons: [String: Int] = [:]
    private var refusals: [BulkMessageReceipt.Refusal] = []
    private var suppressed = 0

    init(channel: Channel) {
        self.channel = channel
    }

    /// A recipient that can be sent to.
    struct Row: Sendable {
        /// Place in `recipients`, from 0.
        let index: Int
        let address: MessageAddress
        let values: [String?]
    }

    /// The rows of the next recipients; refused ones are noted.
    mutating func take(_ recipients: ArraySlice<MessageRecipientDraft>, of request: NewMessageRequest) -> [Row] {
        var rows: [Row] = []
        rows.reserveCapacity(recipients.count)
        for recipient in recipients {
            defer { index += 1 }
            do {
                guard let text = recipient.address else { throw MessageAddressProblem(reason: "missing_recipient") }
                let address = try MessageAddress(text, channel: channel)
                guard seen.insert(address.normalized).inserted else { throw MessageAddressProblem(reason: "duplicate") }
                guard recipient.variables.count <= MessageLimits.variables else {
                    throw MessageAddressProblem(reason: "too_many_variables")
                }
                let language = request.message.content.language
                let values = request.content.values(of: recipient.variables, address: address.deliverable, language: language)
                rows.append(Row(index: index, address: address, values: values))
            } catch {
                refuse(index, recipient.address, (error as? MessageAddressProblem)?.reason ?? "invalid")
            }
        }
        return rows
    }

    /// Notes those that may not be sent to.
    mutating func note(_ found: [(row: Row, reason: String)]) {
        suppressed += found.count
        for (row, reason) in found { refuse(row.index, row.address.deliverable, "suppressed: \(reason)") }
    }

    private mutating func refuse(_ index: Int, _ recipient: String?, _ reason: String) {
        reasons[reason, default: 0] += 1
        guard refusals.count < Self.named else { return }
        refusals.append(BulkMessageReceipt.Refusal(index: index, recipient: recipient.map { String($0.prefix(320)) }, reason: reason))
    }

    func receipt(of request: NewMessageRequest, total: Int, queued: Int) -> BulkMessageReceipt {
        BulkMessageReceipt(
            requestID: request.id,
            channel: channel,
            messageType: request.message.type,
            priority: request.priority,
            dueAt: request.dueAt,
            total: total,
            queued: queued,
            suppressed: suppressed,
            invalid: total - queued - suppressed,
            reasons: reasons,
            refusals: refusals.sorted { $0.index < $1.index }
        )
    }
}
