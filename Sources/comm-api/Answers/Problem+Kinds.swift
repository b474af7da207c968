import CommCore
import HTTPTypes
import Hummingbird

/// The problems that the HTTP side itself finds.
extension Problem {
    /// Fields are wrong, missing or unknown.
    static func invalid(_ problems: [FieldProblem], message: String? = nil) -> Problem {
        let text = problems.prefix(5).map(\.message).joined(separator: "; ")
        let more = problems.count > 5 ? " (and \(problems.count - 5) more)" : ""
        return Problem(.badRequest, code: "validation", message ?? text + more, errors: problems)
    }

    static func invalid(_ field: String, _ message: String, code: String = "invalid") -> Problem {
        invalid([FieldProblem(field: field, code: code, message: message)])
    }

    static func syntax(_ error: JSONSyntaxError) -> Problem {
        let place = "line \(error.line), column \(error.column)"
        let field = error.field.map { " (in \($0))" } ?? ""
        let errors = error.field.map { [FieldProblem(field: $0, code: error.code.rawValue, message: error.message)] } ?? []
        return Problem(
            .badRequest,
            code: "invalid_json",
            "The body is not acceptable JSON at \(place)\(field): \(error.message)",
            errors: errors
        )
    }

    static let routeNotFound = Problem(.notFound, code: "route_not_found", "There is no such route")

    static func notFound(_ what: String) -> Problem {
        Problem(.notFound, code: "not_found", "\(what) not found")
    }

    /// - Parameter allowed: the methods of the path, for the `Allow` header.
    static func methodNotAllowed(_ allowed: String) -> Problem {
        var problem = Problem(.methodNotAllowed, code: "method_not_allowed", "This path answers \(allowed)")
        problem.headers[.allow] = allowed
        return problem
    }

    static func tooLarge(limit: Int) -> Problem {
        Problem(.contentTooLarge, code: "too_large", "The body is larger than \(limit) bytes")
    }

    static func unsupportedMediaType(_ wanted: String) -> Problem {
        Problem(.unsupportedMediaType, code: "unsupported_media_type", "The body must be \(wanted)")
    }

    static func unauthorized(_ detail: String) -> Problem {
        var problem = Problem(.unauthorized, code: "unauthorized", detail)
        problem.headers[.wwwAuthenticate] = "Bearer realm=\"communications-block\""
        return problem
    }

    static func forbidden(_ detail: String, code: String = "forbidden") -> Problem {
        Problem(.forbidden, code: code, detail)
    }

    /// - Parameter retryAfter: seconds until another try is worth it.
    static func unavailable(_ detail: String, code: String = "unavailable", retryAfter: Int = 2) -> Problem {
        var problem = Problem(.serviceUnavailable, code: code, detail)
        problem.headers[.retryAfter] = String(retryAfter)
        return problem
    }

    static let `internal` = Problem(
        .internalServerError,
        code: "internal",
        "The request failed for a reason on our side; it has been logged"
    )
}
