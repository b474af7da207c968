import FoundationEssentials
import Postgres

/// A compiled version of a campaign, without its bodies.
package struct ArtifactSummary: Sendable, Equatable {
    package let id: UUID
    package let campaignID: UUID
    package let version: Int
    /// SHA-256 of the program, hexadecimal: equal for equal mail.
    package let hash: String
    package let subject: String
    package let createdAt: Date
    package let hasHTML: Bool
    package let hasText: Bool
    /// Bytes.
    package let htmlSize: Int
    /// Bytes.
    package let textSize: Int
}

/// The bodies of a compiled version, as clients of the contract read them in lists.
package struct ArtifactBodies: Sendable, Equatable {
    package let html: String?
    package let text: String?
}

/// A compiled version with its bodies and the report of its making.
package struct CampaignArtifact: Sendable, Equatable {
    package let summary: ArtifactSummary
    package let html: String?
    package let text: String?
    package let report: PostgresJSON
}
