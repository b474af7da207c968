import FoundationEssentials
import Logging
import Metrics

/// Finds out, beside the hand-over and never in its way, which group the domains belong to that were met.
struct DomainGroupKeeper: Sendable {
    /// Domains in one step, and lookups at once.
    static let batch = 200
    static let width = 8
    /// How long an answer is kept (seconds), and how long a lookup that failed is not tried again.
    static let lifetime: TimeInterval = 7 * 86_400
    static let retry: TimeInterval = 600

    let cache: DomainGroupCache
    let repository: RecipientDomainRepository
    /// nil: nothing is looked up here, only what others have learnt is read.
    let lookup: (any MXLookup)?
    private let failures = Counter(label: "comm_mx_lookups_failed_total")
    private let lookups = Counter(label: "comm_mx_lookups_total")

    init(cache: DomainGroupCache, repository: RecipientDomainRepository, lookup: (any MXLookup)?) {
        self.cache = cache
        self.repository = repository
        self.lookup = lookup
    }

    /// Looks up what waits.
    ///
    /// - Returns: whether there may be more.
    func step(groups: DomainGroups, now: Date) async throws -> Bool {
        let domains = cache.waiting(limit: Self.batch)
        guard !domains.isEmpty else { return false }
        let known = try await repository.known(domains, now: now)
        for entry in known { cache.learn(entry.domain, group: entry.group, expiresAt: entry.expiresAt) }
        let unknown = Set(domains).subtracting(known.map(\.domain))
        guard let lookup else {
            for domain in unknown { cache.learn(domain, group: domain, expiresAt: now.addingTimeInterval(Self.retry)) }
            return domains.count == Self.batch
        }
        var found: [RecipientDomainRepository.Entry] = []
        await withTaskGroup(of: (String, [String]?).self) { tasks in
            var rest = Array(unknown)[...]
            func add() {
                guard let domain = rest.popFirst() else { return }
                tasks.addTask { (domain, try? await lookup.exchangers(of: domain)) }
            }
            for _ in 0..<Self.width { add() }
            while let (domain, exchangers) = await tasks.next() {
                add()
                lookups.increment()
                guard let exchangers else {
                    failures.increment()
                    cache.learn(domain, group: domain, expiresAt: now.addingTimeInterval(Self.retry))
                    continue
                }
                let group = exchangers.lazy.compactMap { groups.group(ofExchanger: $0) }.first ?? domain
                found.append(
                    RecipientDomainRepository.Entry(
                        domain: domain,
                        group: group,
                        exchanger: exchangers.first,
                        expiresAt: now.addingTimeInterval(Self.lifetime)
                    )
                )
            }
        }
        for entry in found { cache.learn(entry.domain, group: entry.group, expiresAt: entry.expiresAt) }
        if !found.isEmpty { try await repository.store(found, now: now) }
        return domains.count == Self.batch
    }
}
