import CommCore
import Foundation

/// Pages of the Mega List by single filters, by pairs of them, and far from the beginning.
struct GridBenchmark {
    struct Line {
        let name: String
        let median: Double
        let p95: Double
        let rows: Int
        let total: RecipientTotal
    }

    static let tenant = UUID(uuid: (0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1))

    let recipients: RecipientRepository
    let runs: Int

    /// Filters by name; what they find is between nothing and almost everybody.
    static func filters() throws -> [(String, RecipientFilter)] {
        let lists = (1...4).map { ("list \($0)", #"{"field":"lists","op":"any_of","value":"00000000-0000-7000-9000-00000000000\#($0)"}"#) }
        let campaigns = ["received", "opened", "clicked"].flatMap { fact in
            ["10", "18", "19"].map {
                ("\(fact) \($0)", #"{"field":"campaign_\#(fact)","op":"any_of","value":"00000000-0000-7000-b000-0000000000\#($0)"}"#)
            }
        }
        let without = [
            ("not in list 1", #"{"field":"lists","op":"none_of","value":"00000000-0000-7000-9000-000000000001"}"#),
            ("not received 18", #"{"field":"campaign_received","op":"none_of","value":"00000000-0000-7000-b000-000000000018"}"#),
            ("not clicked 18", #"{"field":"campaign_clicked","op":"none_of","value":"00000000-0000-7000-b000-000000000018"}"#),
        ]
        let words = [
            ("computed_status", ["new", "delivered", "engaged", "bounced", "complained", "unsubscribed", "suppressed", "sent"]),
            ("engagement_level", ["high", "medium", "low", "none"]),
            ("email_domain", ["gmail.example", "company777.example", "x.example"]),
            ("language", ["lt", "lv", "xx"]), ("source", ["import", "form"]), ("suppression_reason", ["complaint", "manual"]),
        ].flatMap { field, values in
            values.map { ("\(field) \($0)", #"{"field":"\#(field)","op":"is","value":"\#($0)"}"#) }
        }
        let others = [
            ("everybody", "{}"), ("suppressed", #"{"suppressed":true}"#), ("not suppressed", #"{"suppressed":false}"#),
            ("tag newsletter", #"{"tags":"newsletter"}"#), ("tag vip", #"{"tags":"vip"}"#), ("tag nobody has", #"{"tags":"nothing"}"#),
            ("address is", #"{"field":"email","op":"is","value":"user500000@gmail.example"}"#),
            ("address contains .rare@", #"{"field":"email","op":"contains","value":".rare@"}"#),
            ("address begins user77777", #"{"field":"email","op":"starts_with","value":"user77777"}"#),
            ("search gmail", #"{"search":"gmail"}"#), ("search kazlauskas 49", #"{"search":"kazlauskas 49"}"#),
            ("search nobody", #"{"search":"nobody at all"}"#), ("name is", #"{"field":"name","op":"is","value":"Ona Smith 14"}"#),
            ("attribute city", #"{"field":"attributes.city","op":"is","value":"Riga"}"#),
            ("attribute code (ten)", #"{"field":"attributes.code","op":"is","value":"K777"}"#),
            ("attribute age over 76", #"{"field":"attributes.age","op":"more_than","value":76}"#),
            ("clicked within 30 days", #"{"field":"last_clicked_at","op":"in_last_days","value":30}"#),
            ("opened within 10 days", #"{"field":"last_opened_at","op":"in_last_days","value":10}"#),
            ("never opened", #"{"field":"last_opened_at","op":"is_empty"}"#),
            ("sent not within 60 days", #"{"field":"last_sent_at","op":"not_in_last_days","value":60}"#),
            ("delivered within 5 days", #"{"field":"last_delivered_at","op":"in_last_days","value":5}"#),
            ("created within a day", #"{"field":"created_at","op":"in_last_days","value":1}"#),
            ("created 700 days ago", #"{"field":"created_at","op":"not_in_last_days","value":700}"#),
            ("clicked_count at least 4", #"{"field":"clicked_count","op":"at_least","value":4}"#),
        ]
        return try (others + words + lists + campaigns + without).map { name, json in (name, try filter(json)) }
    }

    /// Each with each of some filters of every kind.
    static func pairs() throws -> [(String, RecipientFilter)] {
        let chosen = [
            "computed_status engaged", "engagement_level high", "email_domain gmail.example", "language lv", "tag vip", "list 2", "list 4",
            "received 18", "clicked 18", "clicked within 30 days", "search kazlauskas 49", "attribute city",
        ]
        return try pairs(of: filters().filter { chosen.contains($0.0) })
    }

    /// Each with each.
    static func pairs(of parts: [(String, RecipientFilter)]) -> [(String, RecipientFilter)] {
        parts.indices.flatMap { first in
            parts[(first + 1)...].map { second in
                ("\(parts[first].0) + \(second.0)", RecipientFilter(root: .and([parts[first].1.root, second.1.root])))
            }
        }
    }

    private static func filter(_ json: String) throws -> RecipientFilter {
        try RecipientFilter(json: JSONDecoder().decode(AttributeValue.self, from: Data(json.utf8)))
    }

    /// The first page of a filter.
    func first(_ name: String, _ filter: RecipientFilter) async throws -> Line {
        try await measure(name, RecipientQuery(filter: filter))
    }

    /// Page 1 and page 1,000 of an order, and the same page by skipping.
    func deep(_ sort: String) async throws -> [Line] {
        var check = FieldCheck()
        let order = RecipientSort(by: sort, order: "desc", &check)
        var page = try await recipients.page(tenantID: Self.tenant, RecipientQuery(sort: order, limit: 1_000))
        // 49 pages of 1,000 and 19 of 50 lead to where page 1,000 of 50 begins.
        for limit in Array(repeating: 1_000, count: 48) + Array(repeating: 50, count: 19) {
            guard let next = page.next else { break }
            page = try await recipients.page(tenantID: Self.tenant, RecipientQuery(sort: order, columns: [.id], limit: limit, cursor: next))
        }
        return [
            try await measure("page 1 by \(sort)", RecipientQuery(sort: order)),
            try await measure("page 1,000 by \(sort)", RecipientQuery(sort: order, cursor: page.next)),
        ]
    }

    private func measure(_ name: String, _ query: RecipientQuery) async throws -> Line {
        var times: [Double] = []
        var rows = 0
        var total = RecipientTotal(count: 0, isEstimate: false)
        let clock = ContinuousClock()
        // The first one finds plans and pages cold.
        for number in 0...runs {
            let start = clock.now
            let page = try await recipients.page(tenantID: Self.tenant, query)
            if number > 0 { times.append((clock.now - start).inSeconds * 1_000) }
            (rows, total) = (page.rows.count, page.total)
        }
        times.sort()
        return Line(name: name, median: times.median, p95: times[min(times.count - 1, times.count * 95 / 100)], rows: rows, total: total)
    }
}
