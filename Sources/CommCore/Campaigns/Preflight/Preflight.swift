import FoundationEssentials
import Postgres

/// The gate at scheduling: looks at a compiled campaign as its most demanding recipient would get it.
package struct Preflight: Sendable {
    private let client: PostgresClient
    private let bases: LinkBases
    private let signer: LinkTokenSigner
    private let verifier: LinkTokenVerifier
    private let fromAddress: String

    /// - Parameters:
    ///   - signer: what the sender signs links with.
    ///   - verifier: what the public pages accept.
    ///   - fromAddress: sender of campaigns that set none.
    package init(client: PostgresClient, bases: LinkBases, signer: LinkTokenSigner, verifier: LinkTokenVerifier, fromAddress: String) {
        self.client = client
        self.bases = bases
        self.signer = signer
        self.verifier = verifier
        self.fromAddress = fromAddress
    }

    /// Every check of a compiled campaign.
    func report(
        on compiled: CompiledTemplate,
        of campaign: Campaign,
        tenantID: UUID,
        settings: SendingSettings,
        now: Date
    ) async throws -> PreflightReport {
        let values = try await longestValues(of: compiled.program.fields, campaign: campaign, tenantID: tenantID)
        let subject = PreflightSubject(
            report: compiled.report,
            sample: sample(of: compiled.program, values: values, now: now),
            subject: compiled.subject,
            fromAddress: campaign.fromAddress ?? fromAddress,
            isOperatorsAddress: campaign.fromAddress == nil,
            senderDomains: settings.senderDomains
        )
        return PreflightRules(subject: subject, policy: settings.preflight).report
    }

    /// The values of the member of the campaign's lists whose values are longest together; all missing when nobody is there.
    private func longestValues(of fields: [String], campaign: Campaign, tenantID: UUID) async throws -> [String?] {
        let nobody = fields.map { _ in String?.none }
        guard !fields.isEmpty else { return nobody }
        let rows = try await client.query(
            """
            SELECT \(sql: ExpansionRepository.mergeValues(fields)) AS merge_values
              FROM (SELECT DISTINCT contact_id FROM list_contacts
                     WHERE tenant_id = \(tenantID) AND list_id = ANY(\(campaign.listIDs)::uuid[]) AND status = 'active') m
              JOIN contacts c ON c.tenant_id = \(tenantID) AND c.id = m.contact_id AND c.deleted_at IS NULL
             ORDER BY octet_length(array_to_string(\(sql: ExpansionRepository.mergeValues(fields)), '')) DESC LIMIT 1
            """,
            tenant: tenantID
        )
        return try rows.first?.get("merge_values") ?? nobody
    }

    /// Nil when the values make no mail; whoever has them is reported as failed when the campaign is sent.
    private func sample(of program: RenderProgram, values: [String?], now: Date) -> PreflightSubject.Sample? {
        let somebody = UUIDv7.make(at: now)
        let recipient = RecipientValues(
            tenantID: somebody,
            campaignID: somebody,
            contactID: somebody,
            messageID: somebody,
            issuedAt: now,
            values: values
        )
        guard let renderer = try? MessageRenderer(program: program, bases: bases, signer: signer),
            let content = try? renderer.render(recipient)
        else { return nil }
        let address = String(decoding: content.unsubscribeURL, as: UTF8.self)
        let token = address.split(separator: "/").last.map(String.init) ?? ""
        return PreflightSubject.Sample(
            subject: String(decoding: content.subject, as: UTF8.self),
            htmlSize: content.html?.count,
            unsubscribeURL: address,
            showsUnsubscribeURL: String(decoding: content.html ?? content.text, as: UTF8.self).contains(address),
            unsubscribeTokenIsAccepted: (try? verifier.verify(token, for: .unsubscribe, now: now)) != nil
        )
    }
}
