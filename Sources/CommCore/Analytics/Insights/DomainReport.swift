import Postgres

/// How mail to one domain fared.
package struct DomainCounts: Sendable, Equatable {
    /// What is counted by domain.
    package struct Row: Sendable, Equatable {
        package var sent = 0
        package var accepted = 0
        package var delivered = 0
        package var deferred = 0
        package var hardBounced = 0
        package var softBounced = 0
        package var complained = 0
        package var rejected = 0
        package var blocked = 0
        package var opened = 0
        package var clicked = 0
        package var unsubscribed = 0

        package var bounced: Int { hardBounced + softBounced }

        init(_ row: PostgresRow) throws {
            (sent, accepted, delivered) = (try row.get("sent"), try row.get("accepted"), try row.get("delivered"))
            (deferred, hardBounced, softBounced) = (try row.get("deferred"), try row.get("hard_bounced"), try row.get("soft_bounced"))
            (complained, rejected, blocked) = (try row.get("complained"), try row.get("rejected"), try row.get("blocked"))
            (opened, clicked, unsubscribed) = (try row.get("opened"), try row.get("clicked"), try row.get("unsubscribed"))
        }

        init(_ counts: ReportCounts) {
            (sent, accepted, delivered) = (counts.sent, counts.accepted, counts.delivered)
            (deferred, hardBounced, softBounced) = (counts.deferred, counts.hardBounced, counts.softBounced)
            (complained, rejected, blocked) = (counts.complained, counts.rejected, counts.blocked)
            (opened, clicked, unsubscribed) = (counts.opened, counts.clicked, counts.unsubscribed)
        }

        private static var fields: [WritableKeyPath<Row, Int>] {
            [
                \.sent, \.accepted, \.delivered, \.deferred, \.hardBounced, \.softBounced, \.complained, \.rejected, \.blocked,
                \.opened, \.clicked, \.unsubscribed,
            ]
        }

        /// What remains of it beside others.
        func less(_ others: [Row]) -> Row {
            var rest = self
            for field in Self.fields { rest[keyPath: field] -= others.reduce(0) { $0 + $1[keyPath: field] } }
            return rest
        }

        package var isEmpty: Bool { Self.fields.allSatisfy { self[keyPath: $0] == 0 } }
        package var rates: ReportRates {
            ReportRates(
                sent: sent,
                delivered: delivered,
                bounced: bounced,
                complained: complained,
                opened: opened,
                clicked: clicked,
                unsubscribed: unsubscribed
            )
        }
    }

    package let domain: String
    /// The large provider whose domain it is.
    package let provider: String?
    package let row: Row
}

/// The domains of a campaign.
package struct DomainReport: Sendable, Equatable {
    /// The largest.
    package let named: [DomainCounts]
    /// All domains together.
    package let whole: DomainCounts.Row
    package let progress: ReportProgress

    /// What the domains have that are not named.
    package var rest: DomainCounts.Row { whole.less(named.map(\.row)) }
}
