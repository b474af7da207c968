import CommTesting
import Foundation
import Postgres

@testable import CommCore

/// A tenant full of random people.
struct GridFixture {
    let client: PostgresClient
    let owner: PostgresClient
    let tenantID: UUID
    let now = Date(timeIntervalSince1970: 1_790_000_000)  // 2026-09-21T14:13:20Z
    /// Ids of lists and of campaigns: a campaign has the id of a list.
    let ids: [UUID]
    var people: [Person] = []

    var time: ManualTime { ManualTime(now) }
    var recipients: RecipientRepository { RecipientRepository(client: client, time: time) }

    static func make(people count: Int = 0, seed: UInt64 = 1) async throws -> GridFixture {
        let owner = TestDatabase.current.client
        let tenantID = UUIDv7.make(at: Date(timeIntervalSince1970: 1_790_000_000))
        try await owner.execute("INSERT INTO tenants (tenant_id, motorical_account_id) VALUES (\(tenantID), \(UUID()))")
        let ids = (0..<3).map { _ in UUID() }
        var fixture = GridFixture(
            client: TestDatabase.current.client(role: "comm_api"),
            owner: owner,
            tenantID: tenantID,
            ids: ids
        )
        try await owner.execute(
            """
            INSERT INTO lists (tenant_id, id, name, created_at) SELECT \(tenantID), id, 'L', now() FROM unnest(\(ids)) AS i (id)
            """
        )
        var random = SeededGenerator(seed: seed)
        for number in 0..<count { fixture.people.append(fixture.person(number, &random)) }
        try await fixture.store()
        return fixture
    }

    private func person(_ number: Int, _ random: inout SeededGenerator) -> Person {
        func pick<Element>(_ elements: [Element]) -> Element { elements[Int.random(in: 0..<elements.count, using: &random)] }
        func day() -> Date? {
            pick([nil, now.addingTimeInterval(-86_400 * Double(Int.random(in: 0...25, using: &random)) - 60)])
        }
        func some() -> Set<UUID> { Set(ids.filter { _ in Bool.random(using: &random) }) }
        let words = RandomFilter.words
        let created = now.addingTimeInterval(-86_400 * Double(number % 7))
        var person = Person(
            id: UUIDv7.make(at: created),
            email: "\(pick(["a", "ab", "ona", "x"]))\(number)@\(pick(["a", "b", "ab"]))",
            created: created
        )
        person.name = pick([nil, ""] + words.map { $0 + " " + pick(words) } + words)
        person.phone = pick([nil, "a", "+370"])
        person.identityType = pick([nil, "company", "individual"])
        person.identityName = pick([nil, pick(words)])
        person.language = pick([nil, "a", "B"])
        person.source = pick(["api", "a", "ab"])
        person.tags = Array(Set([pick(words), pick(words)])).filter { _ in Bool.random(using: &random) }
        person.attributes = [
            "city": pick([.text(pick(words)), .number(2), .null]), "age": pick([.number(2), .number(40), .text("2"), .null]),
            "day": pick([.text("2026-09-20"), .text("2026-09-25T10:00:00Z"), .null]), "flag": pick([.boolean(true), .text("x"), .null]),
        ].filter { $0.value != .null }
        person.status = pick(["active", "active", "unsubscribed", "bounced", "complained"])
        person.suppression = pick([nil, nil, "unsubscribe", "bounce", "complaint", "manual"])
        person.suppressedAt = person.suppression == nil ? nil : now.addingTimeInterval(-3_600)
        person.quality = pick([0, 2, 50])
        person.sent = Int.random(in: 0...3, using: &random)
        person.delivered = Int.random(in: 0...2, using: &random)
        person.opened = Int.random(in: 0...2, using: &random)
        person.clicked = Int.random(in: 0...1, using: &random)
        person.level = pick(["high", "medium", "low", "none"])
        person.lastSent = day()
        person.lastDelivered = day()
        person.lastOpened = day()
        person.lastClicked = day()
        person.lastEngagement = day()
        person.consentGiven = day()
        person.consentSource = pick([nil, "a"])
        person.lists = some()
        person.received = some()
        person.openedCampaigns = some()
        person.clickedCampaigns = some()
        return person
    }

    private func store() async throws {
        guard !people.isEmpty else { return }
        func column<Value>(_ path: KeyPath<Person, Value>) -> [Value] { people.map { $0[keyPath: path] } }
        let attributes = try people.map { try PostgresJSON(encoding: $0.attributes) }
        let tags = people.map { person in
            "{" + person.tags.map { "\"" + $0.replacing("\\", with: "\\\\") + "\"" }.joined(separator: ",") + "}"
        }
        let suppressed = people.filter { $0.suppression != nil }
        try await owner.execute(
            """
            INSERT INTO suppressions (tenant_id, id, motorical_account_id, email, email_norm, reason, source, created_at)
            SELECT \(tenantID), gen_random_uuid(), gen_random_uuid(), e, e, r, 'test', t
              FROM unnest(\(suppressed.map(\.email)), \(suppressed.map { $0.suppression ?? "" }), \(suppressed.map { $0.suppressedAt }))
                AS s (e, r, t)
            """
        )
        try await owner.execute(
            """
            INSERT INTO contacts (tenant_id, id, email, email_norm, name, phone, identity_type, identity_name, language, source, tags,
                                  attributes, status, quality_index, sent_count, delivered_count, opened_count, clicked_count,
                                  engagement_level, last_sent_at, last_delivered_at, last_opened_at, last_clicked_at, last_engagement_at,
                                  consent_given_at, consent_source, created_at, updated_at)
            SELECT \(tenantID), id, email, email, name, phone, it, iname, lang, source, tags::text[], attributes, status, quality, sent,
                   delivered, opened, clicked, level, ls, ld, lo, lc, le, consent, consent_source, created, created
              FROM unnest(\(column(\.id)), \(column(\.email)), \(column(\.name)), \(column(\.phone)), \(column(\.identityType)),
                          \(column(\.identityName)), \(column(\.language)), \(column(\.source)), \(tags), \(attributes),
                          \(column(\.status)), \(column(\.quality)), \(column(\.sent)), \(column(\.delivered)), \(column(\.opened)),
                          \(column(\.clicked)), \(column(\.level)), \(column(\.lastSent)), \(column(\.lastDelivered)),
                          \(column(\.lastOpened)), \(column(\.lastClicked)), \(column(\.lastEngagement)), \(column(\.consentGiven)),
                          \(column(\.consentSource)), \(column(\.created)))
                AS p (id, email, name, phone, it, iname, lang, source, tags, attributes, status, quality, sent, delivered, opened, clicked,
                      level, ls, ld, lo, lc, le, consent, consent_source, created)
            """
        )
        try await link(\.lists) { people, ids in
            """
            INSERT INTO list_contacts (tenant_id, list_id, contact_id, created_at)
            SELECT \(tenantID), l, p, now() FROM unnest(\(ids), \(people)) AS x (l, p)
            """
        }
        try await link(\.received) { people, ids in
            """
            INSERT INTO delivery_events (tenant_id, id, created_at, campaign_id, contact_id, channel, recipient, outcome, attempts, occurred_at)
            SELECT \(tenantID), gen_random_uuid(), \(now), g, p, 'email', '', 'sent', 1, \(now) FROM unnest(\(ids), \(people)) AS x (g, p)
            """
        }
        for (type, path) in [("opened", \Person.openedCampaigns), ("clicked", \Person.clickedCampaigns)] {
            try await link(path) { people, ids in
                """
                INSERT INTO email_events (tenant_id, id, bucket_at, type, campaign_id, contact_id, source, payload, occurred_at, received_at)
                SELECT \(tenantID), gen_random_uuid(), \(now), \(type), g, p, 'test', '{}', \(now), \(now)
                  FROM unnest(\(ids), \(people)) AS x (g, p)
                """
            }
        }
    }

    private func link(_ path: KeyPath<Person, Set<UUID>>, _ insert: ([UUID], [UUID]) -> SQL) async throws {
        var (contacts, others): ([UUID], [UUID]) = ([], [])
        for person in people {
            for id in person[keyPath: path] {
                contacts.append(person.id)
                others.append(id)
            }
        }
        guard !contacts.isEmpty else { return }
        try await owner.execute(insert(contacts, others))
    }
}
