import CommCore
import Hummingbird

/// Where verified reports of providers go: durable when the answer is given, understood later by comm-stats.
struct ProviderInbox: Sendable {
    /// Appends a report and returns after the commit.
    let commit: @Sendable (_ source: String, _ payload: String) async throws -> Void
    let bodyLimit: Int

    /// The bytes that were signed.
    func body(of request: Request) async throws -> [UInt8] {
        try await request.collectBytes(limit: bodyLimit)
    }

    func append(_ source: String, _ report: ArraySlice<UInt8>) async throws {
        try await commit(source, String(decoding: report, as: UTF8.self))
    }

    /// The body as one JSON object that the database can keep.
    static func object(in body: [UInt8]) throws -> ArraySlice<UInt8> {
        do {
            guard let objects = try JSONParser.objects(in: body), objects.count == 1, let object = objects.first else {
                throw Problem(.badRequest, code: "validation", "The body must be one JSON object")
            }
            return object
        } catch let error as JSONSyntaxError {
            throw Problem.syntax(error)
        }
    }
}

extension Problem {
    static let invalidSignature = Problem(.unauthorized, code: "invalid_signature", "Invalid signature")
    static let staleReport = Problem(.unauthorized, code: "stale_timestamp", "The report's time is too far from now")

    static func notConfigured(_ provider: String, setting: String) -> Problem {
        Problem(.notFound, code: "not_configured", "Reports of \(provider) are not accepted here; \(setting) is not set")
    }
}
