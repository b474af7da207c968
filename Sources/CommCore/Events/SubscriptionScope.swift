import FoundationEssentials

/// What somebody unsubscribes from, or subscribes to again.
package enum SubscriptionScope: Sendable, Equatable {
    /// Everything of the tenant.
    case all
    /// These lists only.
    case lists([UUID])
    /// Everything, until then.
    case pause(until: Date)

    /// The word in events.
    package var name: String {
        switch self {
        case .all: "all"
        case .lists: "list"
        case .pause: "pause"
        }
    }

    /// The payload of the event.
    func payload() throws -> String {
        var details = Details(scope: name)
        switch self {
        case .all: break
        case .lists(let ids): details.listIDs = ids.map { $0.uuidString.lowercased() }
        case .pause(let until): details.until = ISO8601.string(from: until)
        }
        return String(decoding: try JSONEncoder().encode(details), as: UTF8.self)
    }

    private struct Details: Encodable {
        let scope: String
        var listIDs: [String]?
        var until: String?

        enum CodingKeys: String, CodingKey {
            case scope, until
            case listIDs = "list_ids"
        }
    }
}
