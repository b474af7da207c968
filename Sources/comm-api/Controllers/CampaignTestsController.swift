import CommCore
import FoundationEssentials
import Hummingbird

/// Sends that are not the campaign's own: to a few addresses on trial, and again to those where it failed.
struct CampaignTestsController: Sendable {
    private struct TestRequest: RequestFields {
        let request: CampaignTestRequest

        init(_ fields: inout JSONFields) {
            request = CampaignTestRequest(
                addresses: fields.strings("addresses") ?? [],
                contactID: fields.uuid("contact_id"),
                version: fields.int("version")
            )
        }
    }

    private struct ReceiptWire: Encodable {
        struct Accepted: Encodable {
            let address: String
            let messageID: UUID
        }

        struct Refused: Encodable {
            let address: String
            let reason: String
            let source: String
        }

        let artifactID: UUID
        let version: Int
        let accepted: [Accepted]
        let refused: [Refused]

        init(_ receipt: CampaignTestReceipt) {
            (artifactID, version) = (receipt.artifact.id, receipt.artifact.version)
            accepted = receipt.accepted.map { Accepted(address: $0.address, messageID: $0.messageID) }
            refused = receipt.refused.map { Refused(address: $0.address, reason: $0.reason, source: $0.source) }
        }
    }

    private struct RetryRequest: RequestFields {
        let classes: [RetryClass]

        init(_ fields: inout JSONFields) {
            let names = fields.strings("classes")
            var known: [RetryClass] = []
            for (index, name) in (names ?? []).enumerated() {
                if let found = RetryClass(rawValue: name) {
                    known.append(found)
                } else {
                    fields.add(
                        "classes[\(index)]",
                        "invalid",
                        "must be one of: \(RetryClass.allCases.map(\.rawValue).joined(separator: ", "))"
                    )
                }
            }
            fields.require("classes", !(names ?? []).isEmpty)
            classes = known
        }
    }

    private struct RetryWire: Encodable {
        @OrNull var id: UUID?
        let classes: [String]
        let requested: Int64
        let retried: Int64
        @OrNull var finishedAt: Date?

        init(_ retry: CampaignRetry?, classes: [RetryClass]) {
            _id = OrNull(wrappedValue: retry?.id)
            self.classes = (retry?.classes ?? classes).map(\.rawValue)
            (requested, retried) = (retry?.requested ?? 0, retry?.retried ?? 0)
            _finishedAt = OrNull(wrappedValue: retry?.finishedAt)
        }
    }

    let tester: CampaignTester
    let retries: RetryRepository
    let bodyLimit: Int

    /// Sends the campaign as it is to named addresses; counts nowhere.
    func send(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let body: TestRequest = try await request.fields(limit: bodyLimit)
        let receipt = try await tester.send(body.request, tenantID: context.tenantID, campaignID: id)
        return Answer(ReceiptWire(receipt), message: "Test queued for \(receipt.accepted.count) addresses")
    }

    /// Asks the sender to try failed messages again.
    func retryFailed(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let body: RetryRequest = try await request.fields(limit: bodyLimit)
        let retry = try await retries.request(
            tenantID: context.tenantID,
            campaignID: id,
            classes: body.classes,
            by: context.caller.credential
        )
        let message = retry.map { "\($0.requested) messages are tried again" } ?? "No message has failed in these classes"
        return Answer(RetryWire(retry, classes: body.classes), message: message)
    }
}
