import FoundationEssentials

/// The routes of all tenants, read anew every few seconds; where a tenant has none, those of the configuration.
///
/// What is sent in between is counted here at once, so that a budget is exceeded by what other senders send in a few seconds at most.
package actor RouteTable: GatewayRoutes {
    /// How old a tenant's routes may be (seconds).
    static let freshness: TimeInterval = 5
    private static let capacity = 10_000

    private struct Book {
        var routes: [GatewayRoute]
        var spent: [String: Double]
        let readAt: Date
    }

    private struct Key: Hashable {
        let tenantID: UUID
        let gateway: String
    }

    private let repository: RouteRepository
    private let defaults: [Channel: [String]]
    private let time: any TimeSource
    private var books: [UUID: Book] = [:]
    private var unwritten: [Key: (messages: Int, cost: Double)] = [:]
    private var random = SystemRandomNumberGenerator()

    /// - Parameter defaults: the gateways of the configuration, for each channel in their order.
    package init(repository: RouteRepository, defaults: [Channel: [String]], time: any TimeSource) {
        self.repository = repository
        self.defaults = defaults
        self.time = time
    }

    package func plan(for envelope: MessageEnvelope) async throws -> RoutePlan {
        let now = time.now
        let book = try await book(of: envelope.tenantID, now: now)
        let routes = book.routes.filter { $0.channel == envelope.channel }
        let priority = Priority(rawValue: envelope.priority)
        let plan = RoutePlan.make(routes, for: priority, spent: book.spent, now: now, using: &random)
        return plan ?? RoutePlan(defaults[envelope.channel] ?? [])
    }

    private func book(of tenantID: UUID, now: Date) async throws -> Book {
        if let known = books[tenantID], now.timeIntervalSince(known.readAt) < Self.freshness { return known }
        do {
            let (routes, spent) = try await repository.book(tenantID: tenantID, now: now)
            var book = Book(routes: routes, spent: spent, readAt: now)
            for (key, count) in unwritten where key.tenantID == tenantID { book.spent[key.gateway, default: 0] += count.cost }
            if books.count >= Self.capacity { books = [:] }
            books[tenantID] = book
            return book
        } catch {
            // Routes change seldom: those of a minute ago are better than none.
            if let known = books[tenantID] { return known }
            throw error
        }
    }

    package func sent(_ count: Int, by gateway: String, for envelope: MessageEnvelope) async {
        guard count > 0 else { return }
        let routes = books[envelope.tenantID]?.routes ?? []
        let priority = Priority(rawValue: envelope.priority)
        let own = routes.filter { $0.channel == envelope.channel && $0.gateway == gateway }
        let route = own.first { $0.priority == priority } ?? own.first { $0.priority == nil }
        let cost = (route?.cost ?? 0) * Double(count)
        books[envelope.tenantID]?.spent[gateway, default: 0] += cost
        unwritten[Key(tenantID: envelope.tenantID, gateway: gateway), default: (0, 0)].messages += count
        unwritten[Key(tenantID: envelope.tenantID, gateway: gateway), default: (0, 0)].cost += cost
    }

    /// Writes down what was sent since the last call.
    ///
    /// - Throws: when the store is away; nothing is lost then.
    package func save() async throws {
        guard !unwritten.isEmpty else { return }
        let counts = unwritten
        unwritten = [:]
        do {
            try await repository.add(
                counts.map { ($0.key.tenantID, $0.key.gateway, $0.value.messages, $0.value.cost) },
                now: time.now
            )
        } catch {
            for (key, count) in counts {
                unwritten[key, default: (0, 0)].messages += count.messages
                unwritten[key, default: (0, 0)].cost += count.cost
            }
            throw error
        }
    }
}
