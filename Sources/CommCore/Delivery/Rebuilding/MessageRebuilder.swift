import FoundationEssentials
import MIME
import Postgres

/// Puts messages together again from their artifact and the values that were frozen for their recipient.
///
/// Nothing is sent and nothing is counted. Links are signed with the current key: once `SERVICE_JWT_SECRET` has been replaced, they
/// differ from those of the mail in the key's name and the signature, and in nothing else.
package struct MessageRebuilder: Sendable {
    private let messages: MessageRecordRepository
    private let bases: LinkBases
    private let signer: LinkTokenSigner
    private let fromAddress: String
    private let unsubscribeMailto: String

    /// - Parameters:
    ///   - fromAddress: sender of campaigns that set none.
    ///   - unsubscribeMailto: second target of List-Unsubscribe.
    package init(client: PostgresClient, fromAddress: String, unsubscribeMailto: String, bases: LinkBases, signer: LinkTokenSigner) {
        messages = MessageRecordRepository(client: client)
        self.bases = bases
        self.signer = signer
        self.fromAddress = fromAddress
        self.unsubscribeMailto = unsubscribeMailto
    }

    /// The message that a campaign made for a contact.
    ///
    /// - Throws: `CampaignError` with `notFound`; `RenderError` for a message that could not be sent for the same reason.
    package func message(tenantID: UUID, campaignID: UUID, contactID: UUID) async throws -> SentMessage {
        let record = try await record(tenantID: tenantID, campaignID: campaignID, contactID: contactID)
        let envelope = envelope(of: record, tenantID: tenantID)
        let renderer = try MessageRenderer(program: record.program.decode(), bases: bases, signer: signer)
        let content = try renderer.render(RecipientValues(record.outgoing, of: envelope))
        return SentMessage(
            id: record.id,
            contactID: record.contactID,
            recipient: record.recipient,
            outcome: record.outcome,
            reason: record.reason,
            createdAt: record.createdAt,
            occurredAt: record.occurredAt,
            artifact: record.artifact,
            from: envelope.fromHeader,
            headers: envelope.headers(of: record.id, unsubscribeURL: String(decoding: content.unsubscribeURL, as: UTF8.self)),
            content: content
        )
    }

    /// The same message as a mail, as the SMTP gateway writes it; dated with the message's creation.
    package func mail(tenantID: UUID, campaignID: UUID, contactID: UUID) async throws -> (messageID: UUID, octets: [UInt8]) {
        let record = try await record(tenantID: tenantID, campaignID: campaignID, contactID: contactID)
        let batch = HandoverBatch(
            envelope: envelope(of: record, tenantID: tenantID),
            renderer: try MessageRenderer(program: record.program.decode(), bases: bases, signer: signer),
            scope: HandoverScope(campaignID: campaignID, chunk: nil),
            messages: [record.outgoing],
            isRepeat: true
        )
        do {
            return (record.id, try MailWriter(batch).mail(record.outgoing, at: record.createdAt).encoded())
        } catch let error as MIMEError {
            throw CampaignError(.blocked, "The message cannot be written as a mail: \(error)")
        }
    }

    /// The body of the message that a link belongs to, without the image that reports its opening.
    package func webVersion(of subject: LinkTokenSubject) async throws -> WebVersion {
        let record = try await messages.find(tenantID: subject.tenantID, messageID: subject.messageID)
        guard let record, record.campaignID == subject.campaignID else { return .unknown }
        // A message that belongs to no contact, as a test, names itself in its links.
        let isTheirs = record.contactID == nil ? subject.contactID == record.id : record.contactID == subject.contactID && record.hasContact
        guard isTheirs else { return .gone }
        let program = try record.program.decode(RenderProgram.self).withoutOpenPixel
        let renderer = try MessageRenderer(program: program, bases: bases, signer: signer)
        let content = try renderer.render(RecipientValues(record.outgoing, of: envelope(of: record, tenantID: subject.tenantID)))
        return content.html.map(WebVersion.html) ?? .text(content.text)
    }

    private func record(tenantID: UUID, campaignID: UUID, contactID: UUID) async throws -> MessageRecord {
        guard let record = try await messages.find(tenantID: tenantID, campaignID: campaignID, contactID: contactID) else {
            throw CampaignError(.notFound, "The campaign made no message for this contact")
        }
        return record
    }

    private func envelope(of record: MessageRecord, tenantID: UUID) -> MessageEnvelope {
        MessageEnvelope(
            tenantID: tenantID,
            origin: .campaign(record.campaignID),
            title: record.campaignName,
            motorBlockID: record.motorBlockID,
            artifactID: record.artifact.id,
            fromAddress: record.fromAddress ?? fromAddress,
            fromName: record.fromName ?? record.campaignName,
            unsubscribeMailto: unsubscribeMailto,
            replyTo: record.replyTo
        )
    }
}

extension MessageRecord {
    fileprivate var outgoing: OutgoingMessage {
        OutgoingMessage(id: id, contactID: contactID, recipient: recipient, mergeValues: mergeValues)
    }

    fileprivate var createdAt: Date {
        UUIDv7.time(of: id) ?? Date(timeIntervalSince1970: 0)
    }
}

extension RenderProgram {
    /// The same mail with an empty image in the place of the one that reports.
    fileprivate var withoutOpenPixel: RenderProgram {
        var program = self
        program.html = html?.flatMap { $0.replacingLeaves { [$0 == .openPixelURL ? .literal("data:,") : $0] } }
        return program
    }
}
