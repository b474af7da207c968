import FoundationEssentials
import Postgres

/// A range of a campaign's messages under one lease.
package struct Chunk: Sendable, Equatable {
    package let tenantID: UUID
    package let campaignID: UUID
    package let number: Int
    /// The number under which the gateway remembers the ids: a chunk's own, or that of the chunk it was broken out of.
    package let scopeNumber: Int?
    package let priority: Int16
    package let firstID: UUID
    package let lastID: UUID
    package let size: Int
    /// Claims so far, this one included.
    package let attempts: Int
    /// How often a lease on it ran out.
    package let crashes: Int
    /// Fencing token: only the holder of the newest one may record.
    package let token: UUID
}

extension Chunk {
    /// The fence: whether a row `q` of queue_chunks is this one, under the lease that it was claimed with.
    var isHeld: SQL {
        """
        q.tenant_id = \(tenantID) AND q.campaign_id = \(campaignID) AND q.chunk_no = \(number)
        AND q.lease_token = \(token) AND q.state = 'leased'
        """
    }
}
