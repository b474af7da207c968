import CommCore
import Foundation
import HTTPTypes
import Hummingbird

/// One recipient: the whole record, edits that name the version they have seen, and single tags.
struct RecipientRecordController: Sendable {
    let editor: ContactEditor
    let bodyLimit: Int

    func get(_ request: Request, context: TenantContext) async throws -> Response {
        try answer(try await editor.get(tenantID: context.tenantID, id: try context.id()))
    }

    /// `If-Match` must name the version that was read: 428 without it, 412 when somebody else was faster (RFC 6585, RFC 9110).
    func update(_ request: Request, context: TenantContext) async throws -> Response {
        let id = try context.id()
        let expected = try Self.expectation(request)
        let body: PatchRequest = try await request.fields(limit: bodyLimit)
        switch try await editor.update(tenantID: context.tenantID, id: id, body.patch, expecting: expected) {
        case .done(let record): return try answer(record)
        case .changed(let version):
            var problem = Problem(.preconditionFailed, code: "version_changed", "The recipient has been changed since it was read")
            problem.members["version"] = .number(String(version))
            problem.headers[.eTag] = Self.tag(version)
            throw problem
        }
    }

    func tag(_ request: Request, context: TenantContext) async throws -> Response {
        try answer(try await editor.tag(tenantID: context.tenantID, id: try context.id(), try context.tag()))
    }

    func untag(_ request: Request, context: TenantContext) async throws -> Response {
        try answer(try await editor.untag(tenantID: context.tenantID, id: try context.id(), try context.tag()))
    }

    private func answer(_ record: ContactRecord) throws -> Response {
        var response = try Answer(RecordWire(record)).response()
        response.headers[.eTag] = Self.tag(record.version)
        return response
    }

    private static func tag(_ version: Int) -> String {
        "\"\(version)\""
    }

    private static func expectation(_ request: Request) throws -> ContactEditor.Expectation {
        guard let header = request.headers[.ifMatch] else {
            throw Problem(
                .preconditionRequired,
                code: "if_match_required",
                "If-Match with the ETag of the recipient as it was read is required; * takes any version"
            )
        }
        let tags = header.split(separator: ",").map { $0.trimming { $0 == " " || $0 == "\t" } }
        if tags == ["*"] { return .any }
        let versions = tags.compactMap { $0.hasPrefix("\"") && $0.hasSuffix("\"") ? Int($0.dropFirst().dropLast()) : nil }
        // Weak or foreign tags match nothing.
        return .version(versions.count == 1 ? versions[0] : -1)
    }
}

extension RequestContext {
    /// The tag in the path.
    func tag() throws -> String {
        guard let tag = parameters.get("tag").flatMap({ String($0).removingPercentEncoding }), !tag.utf8.contains(0) else {
            throw Problem.invalid("tag", "tag must be percent-encoded UTF-8")
        }
        return tag
    }
}

extension RecipientRecordController {
    struct PatchRequest: RequestFields {
        let patch: ContactPatch

        init(_ fields: inout JSONFields) {
            var patch = ContactPatch()
            patch.name = fields.change("name") { $0.string($1) }
            patch.phone = fields.change("phone") { $0.string($1) }
            patch.identityType = fields.change("identity_type") { $0.string($1) }
            patch.identityName = fields.change("identity_name") { $0.string($1) }
            patch.language = fields.change("language") { $0.string($1) }
            patch.attributes = fields.attributes("attributes")
            patch.tags = fields.strings("tags")
            patch.consentGivenAt = fields.change("consent_given_at") { $0.date($1) }
            patch.consentSource = fields.change("consent_source") { $0.string($1) }
            self.patch = patch
        }
    }

    struct RecordWire: Encodable {
        struct MembershipWire: Encodable {
            let id: UUID
            let name: String
            let status: String
            let addedAt: Date
        }

        let id: UUID
        let email: String
        @OrNull var name: String?
        @OrNull var phone: String?
        @OrNull var identityType: String?
        @OrNull var identityName: String?
        @OrNull var language: String?
        let source: String
        let status: String
        let qualityIndex: Int
        let attributes: [String: AttributeValue]
        let tags: [String]
        let lists: [MembershipWire]
        @OrNull var consentGivenAt: Date?
        @OrNull var consentSource: String?
        @OrNull var suppressionReason: String?
        @OrNull var suppressedAt: Date?
        let sentCount: Int
        let deliveredCount: Int
        let openedCount: Int
        let clickedCount: Int
        @OrNull var lastSentAt: Date?
        @OrNull var lastDeliveredAt: Date?
        @OrNull var lastOpenedAt: Date?
        @OrNull var lastClickedAt: Date?
        @OrNull var lastEngagementAt: Date?
        let version: Int
        let createdAt: Date
        let updatedAt: Date

        init(_ record: ContactRecord) {
            let contact = record.contact
            (id, email, source, status) = (contact.id, contact.email, contact.source, contact.status.rawValue)
            (name, phone) = (contact.name, contact.phone)
            identityType = contact.identityType?.rawValue
            (identityName, language) = (contact.identityName, contact.language)
            (qualityIndex, attributes, tags) = (contact.qualityIndex, contact.attributes, record.tags)
            lists = record.lists.map { MembershipWire(id: $0.listID, name: $0.name, status: $0.status, addedAt: $0.addedAt) }
            consentGivenAt = record.consentGivenAt
            consentSource = record.consentSource
            suppressionReason = record.suppressionReason
            suppressedAt = record.suppressedAt
            (sentCount, deliveredCount) = (record.sentCount, record.deliveredCount)
            (openedCount, clickedCount) = (record.openedCount, record.clickedCount)
            lastSentAt = record.lastSentAt
            lastDeliveredAt = record.lastDeliveredAt
            lastOpenedAt = record.lastOpenedAt
            lastClickedAt = record.lastClickedAt
            lastEngagementAt = record.lastEngagementAt
            version = record.version
            (createdAt, updatedAt) = (contact.createdAt, contact.updatedAt)
        }
    }
}
