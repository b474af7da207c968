import CommCore
import HTTPTypes
import Hummingbird

/// Reasons to refuse something, each with its answer.
protocol AnsweredCode: RefusalCode {
    /// Nil for wrong fields, whose answer is the same everywhere.
    func answer(_ message: String) -> Problem?
}

extension Refusal: ProblemConvertible where Code: AnsweredCode {
    var problem: Problem {
        guard var problem = code.answer(message) else { return .invalid(problems, message: message) }
        problem.errors = problems
        return problem
    }
}

extension TenancyErrorCode: AnsweredCode {
    func answer(_ message: String) -> Problem? {
        switch self {
        case .notProvisioned: .forbidden(message, code: "tenant_not_provisioned")
        case .notActive: .forbidden(message, code: "tenant_not_active")
        case .keyRefused, .keyExpired, .keyRevoked: .unauthorized(message)
        case .notFound: Problem(.notFound, code: "not_found", message)
        case .invalid: nil
        }
    }
}

extension TemplateErrorCode: AnsweredCode {
    func answer(_ message: String) -> Problem? {
        switch self {
        case .notFound: Problem(.notFound, code: "not_found", message)
        case .invalid: nil
        case .inUse: Problem(.conflict, code: "TEMPLATE_IN_USE", message)
        }
    }
}

extension ComplianceErrorCode: AnsweredCode {
    func answer(_ message: String) -> Problem? {
        switch self {
        case .notFound: Problem(.notFound, code: "not_found", message)
        case .invalid: nil
        }
    }
}

extension ThrottlingErrorCode: AnsweredCode {
    func answer(_ message: String) -> Problem? {
        switch self {
        case .notFound: Problem(.notFound, code: "not_found", message)
        case .invalid: nil
        case .tooMany: Problem(.conflict, code: "too_many_rules", message)
        }
    }
}

extension WebhookErrorCode: AnsweredCode {
    func answer(_ message: String) -> Problem? {
        switch self {
        case .notFound: Problem(.notFound, code: "not_found", message)
        case .invalid: nil
        case .tooMany: Problem(.conflict, code: "too_many_endpoints", message)
        case .replayRunning: Problem(.conflict, code: "replay_running", message)
        }
    }
}

extension MessageErrorCode: AnsweredCode {
    func answer(_ message: String) -> Problem? {
        switch self {
        case .notFound: Problem(.notFound, code: "not_found", message)
        case .invalid: nil
        case .contentRefused: Problem(.unprocessableContent, code: "content_refused", message)
        case .exists: Problem(.conflict, code: "template_exists", message)
        }
    }
}

extension ContactErrorCode: AnsweredCode {
    func answer(_ message: String) -> Problem? {
        switch self {
        case .notFound: Problem(.notFound, code: "not_found", message)
        case .invalid: nil
        }
    }
}

extension SegmentErrorCode: AnsweredCode {
    func answer(_ message: String) -> Problem? {
        switch self {
        case .notFound: Problem(.notFound, code: "not_found", message)
        case .invalid: nil
        case .nameTaken: Problem(.conflict, code: "name_taken", message)
        }
    }
}

extension QueueError: ProblemConvertible {
    var problem: Problem {
        switch code {
        case .notFound: Problem(.notFound, code: "not_found", message)
        case .invalid: .invalid(problems, message: message)
        case .inFlight: conflict("message_in_flight")
        case .alreadyLeft: conflict("message_left")
        case .notFailed: conflict("message_not_failed")
        case .replaced: conflict("fallback_used")
        case .operatorOnly: .forbidden(message, code: "operator_only")
        }
    }

    private func conflict(_ code: String) -> Problem {
        var problem = Problem(.conflict, code: code, message)
        if let state { problem.members["state"] = .string(state.rawValue) }
        return problem
    }
}

extension CampaignError: ProblemConvertible {
    var problem: Problem {
        switch code {
        case .notFound: Problem(.notFound, code: "not_found", message)
        case .invalid: .invalid(problems, message: message)
        case .illegalTransition: Problem(.conflict, code: "illegal_transition", message)
        case .validationFailed: refusal(.badRequest, "template_refused")
        case .blocked: refusal(.unprocessableContent, "blocked")
        case .emptyAudience: Problem(.unprocessableContent, code: "empty_audience", message)
        case .sending: Problem(.conflict, code: "campaign_sending", message)
        case .approvalRequired: Problem(.conflict, code: "approval_required", message)
        case .approvalState: Problem(.conflict, code: "approval_state", message)
        case .ownCampaign: .forbidden(message, code: "approval_by_author")
        case .refused: Problem(.unprocessableContent, code: "all_refused", message)
        }
    }

    /// With the contract's `details`: what the compile step has against the template.
    private func refusal(_ status: HTTPResponse.Status, _ code: String) -> Problem {
        var problem = Problem(status, code: code, message, errors: problems)
        problem.members["details"] = .object([
            "errors": .array(issues.map(JSONValue.init)),
            "warnings": .array((report?.warnings ?? []).map(JSONValue.init)),
        ])
        return problem
    }
}

extension RenderError: ProblemConvertible {
    /// Only of a message that could not be sent for the same reason.
    var problem: Problem {
        Problem(.unprocessableContent, code: "not_renderable", "The message cannot be made of its values: \(message)")
    }
}

extension JSONValue {
    /// An issue as the contract lists it.
    fileprivate init(_ issue: CompileIssue) {
        var members: [String: JSONValue] = ["type": .string(issue.code), "message": .string(issue.message)]
        if let limit = issue.limit { members["limit"] = .number(String(limit)) }
        if let actual = issue.actual { members["actual"] = .number(String(actual)) }
        if let line = issue.line { members["line"] = .number(String(line)) }
        if let column = issue.column { members["column"] = .number(String(column)) }
        self = .object(members)
    }
}

extension ImportError: ProblemConvertible {
    var problem: Problem {
        guard code != .listNotFound else { return Problem(.notFound, code: "not_found", message) }
        var problem = Problem(.badRequest, code: code.rawValue, message)
        if let row { problem.members["row"] = .number(String(row)) }
        if let column { problem.members["column"] = .number(String(column)) }
        return problem
    }
}
