import FoundationEssentials
import Postgres

/// Judges every tenant's stored clicks and opens again when a version with other rules runs: a duty of comm-stats.
///
/// It goes on where it stood, with whichever daemon, and each step is one short transaction beside everything else.
package struct VerdictReview: Sendable {
    private let client: PostgresClient
    private let time: any TimeSource
    private let rules: Int
    private let recalculation: VerdictRecalculation

    /// - Parameter rules: the version of the rules that counts.
    package init(client: PostgresClient, time: any TimeSource, rules: Int = VerdictClassifier.version) {
        self.client = client
        self.time = time
        self.rules = rules
        recalculation = VerdictRecalculation(client: client, time: time)
    }

    /// Does one step of one tenant's review.
    ///
    /// - Returns: false when everything stored was judged by these rules.
    package func step() async throws -> Bool {
        if try await advance() { return true }
        try await VerdictReviewRepository.begin(rules: rules, now: time.now, on: client)
        return try await advance()
    }

    private func advance() async throws -> Bool {
        try await client.withTransaction { connection in
            guard let review = try await VerdictReviewRepository.claim(rules: rules, on: connection) else { return false }
            let range = VerdictRecalculation.Range(tenantID: review.tenantID)
            let step = try await recalculation.step(range, after: review.after, rules: rules, on: connection)
            try await VerdictReviewRepository.advance(review, by: step, now: time.now, on: connection)
            return true
        }
    }
}
