import FoundationEssentials
import Postgres

/// The preference centre: shows what a person gets and changes it, each change by the events that every other way makes too.
package struct PreferencesService: Sendable {
    private let client: PostgresClient
    private let time: any TimeSource
    private let subscriptions: SubscriptionService

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
        subscriptions = SubscriptionService(client: client, time: time)
    }

    /// What the person gets; nil when there is no such contact.
    package func get(_ subject: SubscriptionService.Subject) async throws -> Preferences? {
        let now = time.now
        return try await client.withTenant(subject.tenantID) { connection in
            try await PreferencesRepository.find(subject, now: now, on: connection)
        }
    }

    /// Makes the change, and tells what it is like then; nil when there is no such contact.
    package func update(_ subject: SubscriptionService.Subject, _ change: PreferencesChange) async throws -> Preferences? {
        guard let before = try await get(subject) else { return nil }
        let now = time.now
        try await client.withTenant(subject.tenantID) { connection in
            try await PreferencesRepository.update(subject, change, now: now, on: connection)
        }
        let left = before.lists.filter { $0.isSubscribed && !change.lists.contains($0.id) }.map(\.id)
        if !left.isEmpty { _ = try await subscriptions.unsubscribe(subject, scope: .lists(left), source: Self.source) }
        let joined = before.lists.filter { !$0.isSubscribed && change.lists.contains($0.id) }.map(\.id)
        if !joined.isEmpty { _ = try await subscriptions.resubscribe(subject, scope: .lists(joined), source: Self.source) }
        switch change.pause {
        case .keep: break
        case .none: _ = try await subscriptions.resubscribe(subject, scope: .pause(until: now), source: Self.source)
        case .days(let days):
            let until = now.addingTimeInterval(Double(days) * 86_400)
            _ = try await subscriptions.unsubscribe(subject, scope: .pause(until: until), source: Self.source)
        }
        return try await get(subject)
    }

    /// What the events say that it came by.
    package static let source = "preferences"
}
