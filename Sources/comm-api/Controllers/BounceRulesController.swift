import CommCore
import Hummingbird

/// When a tenant's addresses that bounce again and again are given a rest.
struct BounceRulesController: Sendable {
    private struct PatchRequest: RequestFields {
        let patch: BounceRulesPatch

        init(_ fields: inout JSONFields) {
            patch = BounceRulesPatch(
                softLimit: fields.int("soft_limit"),
                windowDays: fields.int("window_days"),
                restDays: fields.int("rest_days"),
                escalation: fields.int("escalation"),
                longestRestDays: fields.int("longest_rest_days")
            )
        }
    }

    private struct RulesWire: Encodable {
        let softLimit: Int
        let windowDays: Int
        let restDays: Int
        let escalation: Int
        let longestRestDays: Int

        init(_ rules: BounceRules) {
            softLimit = rules.softLimit
            windowDays = rules.windowDays
            restDays = rules.restDays
            escalation = rules.escalation
            longestRestDays = rules.longestRestDays
        }
    }

    let rules: BounceRulesRepository
    let bodyLimit: Int

    func get(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(RulesWire(try await rules.get(tenantID: context.tenantID)))
    }

    func update(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: PatchRequest = try await request.fields(limit: bodyLimit)
        return Answer(RulesWire(try await rules.update(tenantID: context.tenantID, patch: body.patch)), message: "Settings updated")
    }
}
