import FoundationEssentials

/// The fact "these messages were handed over": one inbox row for a whole chunk, written in the transaction that wrote its delivery
/// log, so that the contacts' columns follow without delaying the sender.
package struct DispatchedChunk: Codable, Sendable, Equatable {
    static let source = "dispatch"

    let tenantID: UUID
    let campaignID: UUID?
    let firstID: UUID
    let lastID: UUID

    package init(tenantID: UUID, campaignID: UUID?, firstID: UUID, lastID: UUID) {
        self.tenantID = tenantID
        self.campaignID = campaignID
        self.firstID = firstID
        self.lastID = lastID
    }

    /// Reads what ``json()`` wrote.
    init(json: String) throws {
        self = try JSONDecoder().decode(DispatchedChunk.self, from: Data(json.utf8))
    }

    func json() throws -> String {
        String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
    }
}
