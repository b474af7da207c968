import CommCore
import FoundationEssentials
import Hummingbird

/// Which answers slow gateways down: for whoever holds the platform's token.
struct ReplyRulesController: Sendable {
    private struct RuleRequest: RequestFields {
        let draft: ReplyRuleDraft

        init(_ fields: inout JSONFields) {
            var draft = ReplyRuleDraft()
            draft.name = fields.string("name")
            draft.pattern = fields.string("pattern")
            draft.gateway = fields.string("gateway")
            draft.group = fields.string("group")
            draft.scope = fields.string("scope")
            draft.threshold = fields.int("threshold")
            draft.window = fields.int("window_seconds")
            draft.action = fields.string("action")
            draft.factor = fields.decimal("factor")
            draft.duration = fields.int("duration_seconds")
            draft.isEnabled = fields.bool("enabled")
            draft.position = fields.int("position")
            self.draft = draft
        }
    }

    private struct RuleWire: Encodable {
        let id: UUID
        let name: String
        let pattern: String
        @OrNull var gateway: String?
        @OrNull var group: String?
        let scope: String
        let threshold: Int
        let windowSeconds: Int
        let action: String
        let factor: Double
        let durationSeconds: Int
        let enabled: Bool
        let position: Int

        init(_ rule: ReplyRule) {
            id = rule.id
            name = rule.name
            pattern = rule.pattern.text
            _gateway = OrNull(wrappedValue: rule.gateway)
            _group = OrNull(wrappedValue: rule.group)
            scope = rule.scope.rawValue
            threshold = rule.threshold
            windowSeconds = rule.window
            action = rule.action.rawValue
            factor = rule.factor
            durationSeconds = rule.duration
            enabled = rule.isEnabled
            position = rule.position
        }
    }

    let rules: ReplyRuleRepository
    let bodyLimit: Int

    func list(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        Answer(try await rules.list().map(RuleWire.init))
    }

    /// Makes the rule, or replaces it.
    func set(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        let id = try Self.id(context)
        let body: RuleRequest = try await request.fields(limit: bodyLimit)
        return Answer(RuleWire(try await rules.set(id: id, body.draft)), message: "Rule set")
    }

    func remove(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        try await rules.remove(id: try Self.id(context))
        return Answer.message("Rule removed")
    }

    private static func id(_ context: APIContext) throws -> UUID {
        guard let id = context.parameters.get("rule_id").flatMap({ UUID(uuidString: String($0)) }) else {
            throw ThrottlingError(.notFound, "There is no such reply rule")
        }
        return id
    }
}
