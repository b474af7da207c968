import Foundation

/// The parts of the REST API's answers that the demo reads.
enum DemoWire {
    struct Identified: Decodable {
        let id: UUID
    }

    struct Provisioned: Decodable {
        let tenantId: UUID
    }

    struct CreatedKey: Decodable {
        let key: String
    }

    struct Imported: Decodable {
        let processed: Int
        let added: Int
        let upserts: Int
        let errors: Int
    }

    struct Compiled: Decodable {
        let version: Int
        let totalRecipients: Int
        /// Members of the lists who had opted out already.
        let excluded: Int
    }

    struct Campaign: Decodable {
        let status: String
        let statusReason: String?
    }

    /// `GET /api/campaigns/:id/stats`.
    struct Stats: Decodable {
        let balance: Balance
        let delivered: Int
        let bounced: Int
        /// Every click; a message may be clicked more than once.
        let clicks: Int
        let unsubscribed: Int
    }

    struct Balance: Decodable, Sendable {
        let planned: Int
        let sent: Int
        let suppressed: Int
        let skipped: Int
        let failed: Int
        let unknown: Int
        let pending: Int
        let byReason: [Reason]
    }

    /// How many messages ended in one way for one reason.
    struct Reason: Decodable, Sendable {
        let outcome: String
        let reason: String?
        let count: Int
    }

    /// `GET /stats` of motorical-dev's engine.
    struct Platform: Decodable, Sendable {
        let jobsTaken: Int
        let uniqueJobs: Int
        let duplicates: Int
        let withoutRow: Int
        let inFlight: Int
        let delivered: Int
        let bounced: Int
        let complained: Int
        let failed: Int
        let webhooksPending: Int
    }

    struct NewTenant: Encodable {
        let motoricalAccountId: UUID
    }

    struct NewKey: Encodable {
        let name: String
        let scopes: [String]
    }

    struct NewList: Encodable {
        let name: String
        let description: String
    }

    struct Address: Encodable {
        let email: String
    }

    struct NewSuppression: Encodable {
        let email: String
        let reason: String
        let source: String
    }

    struct NewTemplate: Encodable {
        let name: String
        let subject: String
        let type: String
        let bodyHtml: String
        let bodyText: String
    }

    struct NewCampaign: Encodable {
        struct Analytics: Encodable {
            let enabled: Bool
            let utmSource: String
        }

        let name: String
        let templateId: UUID
        let motorBlockId: UUID
        let listIds: [UUID]
        let fromAddress: String
        let fromName: String
        let googleAnalytics: Analytics
    }

    struct Settings: Encodable {
        let timezone: String
    }
}

extension DemoWire.Platform {
    /// What was counted after an earlier reading.
    func since(_ earlier: DemoWire.Platform) -> DemoWire.Platform {
        DemoWire.Platform(
            jobsTaken: jobsTaken - earlier.jobsTaken,
            uniqueJobs: uniqueJobs - earlier.uniqueJobs,
            duplicates: duplicates - earlier.duplicates,
            withoutRow: withoutRow - earlier.withoutRow,
            inFlight: inFlight,
            delivered: delivered - earlier.delivered,
            bounced: bounced - earlier.bounced,
            complained: complained - earlier.complained,
            failed: failed - earlier.failed,
            webhooksPending: webhooksPending
        )
    }

    /// Jobs whose outcome is known.
    var settled: Int { delivered + bounced + failed }
}
