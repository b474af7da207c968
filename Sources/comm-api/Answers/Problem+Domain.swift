import CommCore
import HTTPTypes
import Hummingbird

extension TenancyError: ProblemConvertible {
    var problem: Problem {
        switch code {
        case .notProvisioned: .forbidden(message, code: "tenant_not_provisioned")
        case .notActive: .forbidden(message, code: "tenant_not_active")
        case .keyRefused, .keyExpired, .keyRevoked: .unauthorized(message)
        case .notFound: Problem(.notFound, code: "not_found", message)
        case .invalid: .invalid(problems, message: message)
        }
    }
}

extension TemplateError: ProblemConvertible {
    var problem: Problem {
        switch code {
        case .notFound: Problem(.notFound, code: "not_found", message)
        case .invalid: .invalid(problems, message: message)
        case .inUse: Problem(.conflict, code: "TEMPLATE_IN_USE", message)
        }
    }
}
