import Foundation

/// The parts of answers that the tests of the whole suite read.
enum SuiteWire {
    struct Envelope<Content: Decodable>: Decodable {
        let data: Content
    }

    struct Identified: Decodable {
        let id: UUID
    }

    struct Provisioned: Decodable {
        let tenantId: UUID
    }

    struct Key: Decodable {
        let key: String
    }

    struct Imported: Decodable {
        let processed: Int
        let added: Int
        let upserts: Int
        let errors: Int
    }

    struct Compiled: Decodable {
        let totalRecipients: Int
        let excluded: Int
    }

    /// `GET /api/campaigns/{id}/stats`.
    struct Stats: Decodable, Equatable {
        let status: String
        let balance: Balance
        let delivered: Int
        let bounced: Int
        let complained: Int
        let clicked: Int
        let clicks: Int
        let unsubscribed: Int
    }

    struct Balance: Decodable, Equatable {
        let planned: Int
        let sent: Int
        let suppressed: Int
        let skipped: Int
        let failed: Int
        let unknown: Int
        let closed: Bool

        var sum: Int { sent + suppressed + skipped + failed + unknown }
    }

    /// `GET /stats` of the platform's stand-in.
    struct Platform: Decodable, Equatable {
        let uniqueJobs: Int
        let duplicates: Int
        let withoutRow: Int
        let invalidJobs: Int
        let queue: Int
        let inFlight: Int
        let delivered: Int
        let bounced: Int
        let complained: Int
        let webhooksPending: Int
        let webhooksRefused: Int
        let webhooksDropped: Int
        let webhooksDuplicated: Int

        /// Jobs whose outcome is known.
        var settled: Int { delivered + bounced }
    }
}
