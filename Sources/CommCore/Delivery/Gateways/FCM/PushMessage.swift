import FoundationEssentials

/// A push notification on its way to a gateway.
package struct PushMessage: Sendable, Equatable {
    /// What Firebase takes at most: title, body and data together (bytes).
    package static let largest = 4_096
    /// What the app finds our id of the message under.
    package static let idKey = "mid"
    /// What the app finds the name under by which a report names the message.
    package static let referenceKey = "ref"

    let reference: MessageReference
    /// The registration of an app on a device.
    let token: String
    let title: String
    let body: String
    /// Without ours.
    let data: [String: String]
    /// Whether it may wake a device that sleeps.
    let isUrgent: Bool
    /// From then on nobody wants it any more.
    let expiresAt: Date?

    /// - Throws: for what no provider would take.
    init(
        reference: MessageReference,
        token: String,
        title: String,
        body: String,
        data: [String: String],
        isUrgent: Bool,
        expiresAt: Date?
    ) throws(ProviderRefusal) {
        guard ChannelAddress.isToken(token) else { throw ProviderRefusal(kind: .recipient, reason: "not a registration token") }
        if let problem = Self.problem(in: data) { throw ProviderRefusal(kind: .request, reason: problem) }
        guard !title.isEmpty || !body.isEmpty || !data.isEmpty else { throw ProviderRefusal(kind: .request, reason: "nothing to show") }
        self.reference = reference
        self.token = token
        self.title = title
        self.body = body
        self.data = data
        self.isUrgent = isUrgent
        self.expiresAt = expiresAt
        guard size <= Self.largest else { throw ProviderRefusal(kind: .size, reason: "larger than \(Self.largest) bytes") }
    }

    /// Why data cannot go with a push; nil when they can.
    package static func problem(in data: [String: String]) -> String? {
        for key in data.keys.sorted() {
            let isName = [idKey, referenceKey, "from", "message_type"].contains(key)
            let isReserved = isName || key.hasPrefix("google.") || key.hasPrefix("gcm.notification.")
            if isReserved || key.isEmpty { return "the key \(key.prefix(50)) of the data is reserved" }
        }
        return nil
    }

    var messageID: String { reference.messageID.uuidString.lowercased() }

    /// With what the app needs to name the message.
    var wholeData: [String: String] {
        data.merging([Self.idKey: messageID, Self.referenceKey: reference.text]) { $1 }
    }

    private var size: Int {
        title.utf8.count + body.utf8.count + wholeData.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    }
}
