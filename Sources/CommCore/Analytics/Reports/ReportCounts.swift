import Postgres

/// What was counted in a period or a step of it.
package struct ReportCounts: Sendable, Equatable {
    /// Handed over to the gateway.
    package var sent = 0
    package var suppressed = 0
    package var skipped = 0
    package var failed = 0
    package var unknown = 0
    package var accepted = 0
    package var delivered = 0
    package var deferred = 0
    package var hardBounced = 0
    package var softBounced = 0
    package var complained = 0
    package var rejected = 0
    package var blocked = 0
    package var opensByVerdict = VerdictCounts()
    /// Messages, at their first counted open.
    package var opened = 0
    package var clicksByVerdict = VerdictCounts()
    /// Messages, at their first counted click.
    package var clicked = 0
    package var unsubscribed = 0
    package var resubscribed = 0

    package init() {}

    package var bounced: Int { hardBounced + softBounced }
    /// Counted opens: people, and what cannot be told from them.
    package var opens: Int { opensByVerdict.counted }
    package var clicks: Int { clicksByVerdict.counted }

    /// Reads the columns of ``RollUpTable/events``, summed; NULL is nothing.
    init(row: PostgresRow) throws {
        func count(_ measure: RollUpMeasure) throws -> Int { (try row.get(measure.column) as Int?) ?? 0 }
        (sent, suppressed, skipped) = (try count(.sent), try count(.suppressed), try count(.skipped))
        (failed, unknown, accepted) = (try count(.failed), try count(.unknown), try count(.accepted))
        (delivered, deferred, complained) = (try count(.delivered), try count(.deferred), try count(.complained))
        (hardBounced, softBounced) = (try count(.hardBounced), try count(.softBounced))
        (rejected, blocked, opened, clicked) = (try count(.rejected), try count(.blocked), try count(.opened), try count(.clicked))
        opensByVerdict = VerdictCounts(
            human: try count(.opensHuman),
            unknown: try count(.opensUnknown),
            scanner: try count(.opensScanner),
            machine: try count(.opensMachine)
        )
        clicksByVerdict = VerdictCounts(
            human: try count(.clicksHuman),
            unknown: try count(.clicksUnknown),
            scanner: try count(.clicksScanner),
            machine: try count(.clicksMachine)
        )
        (unsubscribed, resubscribed) = (try count(.unsubscribed), try count(.resubscribed))
    }

    /// The columns to select.
    static let sums = RollUpTable.events.measures.map { "sum(r.\($0.column)) AS \($0.column)" }.joined(separator: ", ")

    /// By the words of the contract; `queued` is what was handed over.
    package var byType: [(type: String, count: Int)] {
        [
            ("queued", sent), ("sent", accepted), ("delivered", delivered), ("deferred", deferred), ("bounced", bounced),
            ("complained", complained), ("failed", rejected), ("blocked", blocked), ("opened", opensByVerdict.all),
            ("clicked", clicksByVerdict.all), ("unsubscribed", unsubscribed), ("resubscribed", resubscribed),
        ]
    }
}

/// Opens or clicks by who seems to have made them.
package struct VerdictCounts: Sendable, Equatable {
    package var human = 0
    package var unknown = 0
    package var scanner = 0
    package var machine = 0

    package var counted: Int { human + unknown }
    package var all: Int { human + unknown + scanner + machine }
}
