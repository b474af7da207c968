import FoundationEssentials

/// The fact "what became of these messages is in the delivery log": one inbox row for a whole chunk, written in the transaction that
/// wrote the log, so that the contacts' columns and the roll-ups follow without delaying the sender.
package struct DispatchedChunk: Codable, Sendable, Equatable {
    static let source = "dispatch"

    let tenantID: UUID
    let campaignID: UUID?
    let firstID: UUID
    let lastID: UUID
    /// When the log was written: messages of the range that were put off have a later time, and a fact of their own.
    let recordedAt: Date?

    package init(tenantID: UUID, campaignID: UUID?, firstID: UUID, lastID: UUID, recordedAt: Date? = nil) {
        self.tenantID = tenantID
        self.campaignID = campaignID
        self.firstID = firstID
        self.lastID = lastID
        self.recordedAt = recordedAt
    }

    /// Reads what ``json()`` wrote.
    init(json: String) throws {
        self = try JSONDecoder().decode(DispatchedChunk.self, from: Data(json.utf8))
    }

    func json() throws -> String {
        String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
    }
}
