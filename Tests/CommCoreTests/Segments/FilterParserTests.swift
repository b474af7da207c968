import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("Filters as JSON")
struct FilterParserTests {
    private func parse(_ json: String) throws -> RecipientFilter {
        try RecipientFilter(json: JSONDecoder().decode(AttributeValue.self, from: Data(json.utf8)))
    }

    private func problems(_ json: String) throws -> [String: String] {
        do {
            _ = try parse(json)
            return [:]
        } catch let error as SegmentError {
            return Dictionary(error.problems.map { ($0.field, $0.code) }, uniquingKeysWith: { first, _ in first })
        }
    }

    @Test("groups and conditions of every type are read")
    func reads() throws {
        let filter = try parse(
            """
            {"and":[{"field":"name","op":"contains","value":"ann"},{"not":{"field":"tags","op":"any_of","value":["vip"]}},
                    {"or":[{"field":"clicked_count","op":"at_least","value":2},{"field":"last_click_at","op":"in_last_days","value":30},
                           {"field":"attributes.city","op":"is","value":"Vilnius"},{"field":"suppressed","op":"is","value":false}]}]}
            """
        )
        let city = FilterCondition(.attribute("city"), .is, .text("Vilnius"))
        #expect(
            filter.root
                == .and([
                    .condition(FilterCondition(.named(.name), .contains, .text("ann"))),
                    .not(.condition(FilterCondition(.named(.tags), .anyOf, .texts(["vip"])))),
                    .or([
                        .condition(FilterCondition(.named(.clickedCount), .atLeast, .number(2))),
                        .condition(FilterCondition(.named(.lastClicked), .inLastDays, .days(30))),
                        .condition(city), .condition(FilterCondition(.named(.suppressed), .is, .flag(false))),
                    ]),
                ])
        )
    }

    @Test(
        "what is wrong is named by its path",
        arguments: [
            (
                #"{"and":[{"field":"name","op":"is","value":"x"},{"field":"clicked_count","op":"at_least","value":"2"}]}"#,
                "filters.and[1].value", "wrong_type"
            ),
            (#"{"field":"password","op":"is","value":"x"}"#, "filters.field", "unknown"),
            (#"{"field":"attributes.a b","op":"is","value":"x"}"#, "filters.field", "unknown"),
            (#"{"field":"name","op":"before","value":"2026-01-01"}"#, "filters.op", "invalid"),
            (#"{"field":"name","op":"is"}"#, "filters.value", "wrong_type"),
            (#"{"field":"name","op":"is","value":""}"#, "filters.value", "required"),
            (#"{"field":"name","op":"is_empty","value":"x"}"#, "filters.value", "invalid"),
            (#"{"field":"computed_status","op":"any_of","value":["new","gone"]}"#, "filters.value[1]", "invalid"),
            (#"{"field":"lists","op":"any_of","value":["x"]}"#, "filters.value[0]", "invalid"),
            (#"{"field":"created_at","op":"after","value":"yesterday"}"#, "filters.value", "invalid"),
            (#"{"field":"created_at","op":"in_last_days","value":1.5}"#, "filters.value", "invalid"),
            (#"{"field":"sent_count","op":"between","value":[1]}"#, "filters.value", "wrong_type"),
            (#"{"field":"name","op":"is","value":"x","extra":1}"#, "filters.extra", "unknown"),
            (#"{"and":{}}"#, "filters.and", "wrong_type"), (#"{"and":[],"or":[]}"#, "filters", "invalid"),
            (#"{"not":[]}"#, "filters.not", "wrong_type"), (#"{"and":[{}]}"#, "filters.and[0].field", "required"),
            (#"{"or":[7]}"#, "filters.or[0]", "wrong_type"), (#"{"colour":"red"}"#, "filters.colour", "unknown"),
            (#"{"status":"gone"}"#, "filters.status[0]", "invalid"), (#"{"suppressed":"maybe"}"#, "filters.suppressed", "wrong_type"),
        ]
    )
    func refuses(json: String, field: String, code: String) throws {
        let problems = try problems(json)
        #expect(problems[field] == code, "\(problems)")
    }

    @Test("depth and size are bounded")
    func bounds() throws {
        let leaf = #"{"field":"name","op":"is","value":"x"}"#
        func nested(_ depth: Int) -> String { String(repeating: #"{"not":"#, count: depth) + leaf + String(repeating: "}", count: depth) }
        #expect(try problems(nested(FilterLimits.depth)).isEmpty)
        #expect(try problems(nested(FilterLimits.depth + 1)).values.contains("too_deep"))
        let many = #"{"or":["# + Array(repeating: leaf, count: FilterLimits.conditions).joined(separator: ",") + "]}"
        #expect(try problems(many).isEmpty)
        #expect(try problems(#"{"and":[\#(many),\#(leaf)]}"#).values.contains("too_many"))
        let long = String(repeating: "x", count: FilterLimits.text + 1)
        #expect(try problems(#"{"field":"name","op":"is","value":"\#(long)"}"#) == ["filters.value": "too_long"])
    }

    @Test("the contract's flat filters are conditions that all hold")
    func contract() throws {
        let filter = try parse(
            #"{"status":"engaged, new","suppressed":false,"email_domain":["A.test"],"search":"cee","date_to":"2026-01-31"}"#
        )
        #expect(filter.root.conditions.count == 5)
        #expect(filter.root.conditions.contains(FilterCondition(.named(.status), .anyOf, .texts(["engaged", "new"]))))
        #expect(filter.root.conditions.contains(FilterCondition(.named(.search), .contains, .text("cee"))))
        #expect(try parse("{}").isAll)
        #expect(try parse(#"{"status":null,"search":""}"#).isAll)
    }

    @Test("random trees come back the same through JSON", arguments: 0..<200)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let tree = RandomFilter(ids: (0..<3).map { _ in UUID() }).node(depth: 3, &random)
        let read = try RecipientFilter(stored: RecipientFilter(root: tree).stored)
        #expect(read.root == tree)
    }
}
