import FoundationEssentials
import Logging
import Postgres

/// Turns due campaigns into queue rows: a page of recipients per transaction, resumable at any page after any crash.
package struct CampaignExpander: Sendable {
    /// Recipients per transaction.
    static let pageSize = 10_000

    private let repository: ExpansionRepository
    private let filler: FilteredListFiller
    private let defaultChunkSize: Int
    private let time: any TimeSource
    private let faults: FaultPoints
    private let logger: Logger

    /// - Parameter chunkSize: messages per chunk of a campaign that does not set its own.
    package init(client: PostgresClient, chunkSize: Int, time: any TimeSource, faults: FaultPoints, logger: Logger) {
        self.repository = ExpansionRepository(client: client)
        self.filler = FilteredListFiller(client: client, time: time, logger: logger)
        self.defaultChunkSize = chunkSize
        self.time = time
        self.faults = faults
        self.logger = logger
    }

    /// Starts due campaigns, whose smart lists are brought up to date first, and expands one page of each that is not expanded yet.
    ///
    /// - Returns: true when there is more to do at once.
    package func step() async throws -> Bool {
        try await filler.prepareDueCampaigns()
        for started in try await repository.startDue(now: time.now) {
            logger.info("campaign started", metadata: ["tenant_id": "\(started.tenantID)", "campaign_id": "\(started.campaignID)"])
        }
        try await repository.refreshWindows(now: time.now)
        var expanded = 0
        for campaign in try await repository.unfinished() {
            try await faults.hit("expand.before")
            expanded += try await repository.expandPage(
                campaign,
                pageSize: Self.pageSize,
                defaultChunkSize: defaultChunkSize,
                now: time.now
            )
            try await faults.hit("expand.after")
        }
        return expanded > 0
    }
}
