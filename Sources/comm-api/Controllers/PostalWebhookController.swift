import CommCore
import FoundationEssentials
import HTTPTypes
import Hummingbird

/// Postal's reports: signed with the keys of the installation that is configured.
struct PostalWebhookController: Sendable {
    /// Postal gives up after some 40 minutes; what is much older is a replay (seconds).
    static let oldest: TimeInterval = 2 * 3600
    static let tolerance: TimeInterval = 300

    let inbox: ProviderInbox
    /// Of the configured installation; nil when there is none.
    let address: String?
    let keys: CachedDocuments<PostalKeys>
    let allowsSHA1: Bool
    let time: any TimeSource

    /// Takes one report.
    func receive(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        guard let address else { throw Problem.notConfigured("Postal", setting: "COMM_POSTAL_URL") }
        let body = try await inbox.body(of: request)
        let signature = PostalSignature(
            sha256: request.headers[.postalSignature256],
            sha1: request.headers[.postalSignature],
            keyID: request.headers[.postalKeyID]
        )
        guard let keys = await keys.document(at: address, isGood: { signature.isKnown(to: $0) }) else {
            throw Problem.unavailable("Postal's keys cannot be had at the moment", code: "keys_unavailable", retryAfter: 60)
        }
        guard signature.isValid(over: body, keys: keys, allowsSHA1: allowsSHA1) else { throw Problem.invalidSignature }
        let report = try ProviderInbox.object(in: body)
        try check(report)
        try await inbox.append(PostalSource.name, report)
        return Answer.done
    }

    /// The envelope has a time, which the signature covers.
    private func check(_ report: ArraySlice<UInt8>) throws {
        guard let timestamp = (try? JSONDecoder().decode(Envelope.self, from: Data(report)))?.timestamp else {
            throw Problem.invalid("timestamp", "timestamp must be the time of the event in Unix seconds")
        }
        let age = time.now.timeIntervalSince1970 - timestamp
        guard age <= Self.oldest, age >= -Self.tolerance else { throw Problem.staleReport }
    }

    private struct Envelope: Decodable {
        let timestamp: Double
    }
}
