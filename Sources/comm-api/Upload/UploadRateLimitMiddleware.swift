import CommCore
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import Redis

/// Refuses uploads beyond the tenant's rate; every attempt counts, whatever comes of it.
///
/// Without Redis uploads are let through: the limit protects the service from carelessness, not its data.
struct UploadRateLimitMiddleware: RouterMiddleware {
    let rate: UploadRateLimit
    let time: any TimeSource

    func handle(
        _ request: Request,
        context: TenantContext,
        next: (Request, TenantContext) async throws -> Response
    ) async throws -> Response {
        guard let standing = await standing(context) else { return try await next(request, context) }
        let headers = headers(standing)
        guard !standing.isExceeded else { throw refusal(standing, headers) }
        do {
            var response = try await next(request, context)
            response.headers.append(contentsOf: headers)
            return response
        } catch let error as any ProblemConvertible {
            var problem = error.problem
            problem.headers.append(contentsOf: headers)
            throw problem
        }
    }

    private func standing(_ context: TenantContext) async -> UploadRateLimit.Standing? {
        do {
            return try await rate.count(tenantID: context.tenantID)
        } catch {
            context.logger.warning("uploads cannot be counted", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func headers(_ standing: UploadRateLimit.Standing) -> HTTPFields {
        let reset = Int(time.now.timeIntervalSince1970) + standing.secondsLeft
        return [.rateLimit: String(standing.limit), .rateRemaining: String(standing.remaining), .rateReset: String(reset)]
    }

    private func refusal(_ standing: UploadRateLimit.Standing, _ headers: HTTPFields) -> Problem {
        let message = "Maximum \(standing.limit) CSV uploads per \(UploadRateLimit.windowMinutes) minutes. Please try again later."
        var problem = Problem(.tooManyRequests, code: "rate_limited", message)
        problem.members = ["message": .string(message), "retryAfter": .number(String(standing.secondsLeft))]
        problem.headers = headers
        problem.headers[.retryAfter] = String(standing.secondsLeft)
        return problem
    }
}
