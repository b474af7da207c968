import CommCore
import Hummingbird
import NIOCore
import Postgres

/// An error that knows how clients are to see it.
protocol ProblemConvertible: Error {
    var problem: Problem { get }
}

extension Problem: ProblemConvertible {
    var problem: Problem { self }
}

extension Problem {
    /// How clients see an error.
    ///
    /// What is not known here is ours, and they learn no more of it than that.
    init(describing error: any Error, of request: Request) {
        switch error {
        case let error as any ProblemConvertible: self = error.problem
        case is NIOTooManyBytesError: self = Problem(.contentTooLarge, code: "too_large", "The body is too large")
        case let error as HTTPError where error.status == .notFound: self = Self.unmatched(request)
        case let error as any HTTPResponseError where error.status.code < 500:
            self = Problem(error.status, code: "refused", error.status.reasonPhrase)
        case is CancellationError: self = .unavailable("The server is stopping")
        default: self = .internal
        }
    }

    private static func unmatched(_ request: Request) -> Problem {
        guard RouteMethods.all.contains(request.method) else {
            return Problem(.notImplemented, code: "method_unknown", "The method is not known here")
        }
        return .routeNotFound
    }
}

extension PostgresError: ProblemConvertible {
    var problem: Problem {
        switch code {
        case .cancelled: .unavailable("The server is stopping")
        case _ where isTransient: .unavailable("The database is not available", code: "database_unavailable")
        default: .internal
        }
    }
}

extension InboxError: ProblemConvertible {
    var problem: Problem {
        switch self {
        case .overloaded: .unavailable("Too many facts are waiting to be stored", code: "overloaded", retryAfter: 1)
        }
    }
}
