import CommCore
import FoundationEssentials
import Hummingbird

/// Templates of messages: named content, one for each channel and language.
struct MessageTemplatesController: Sendable {
    let templates: MessageTemplateRepository
    let bodyLimit: Int

    func create(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: DraftRequest = try await request.fields(limit: bodyLimit)
        return Answer(TemplateWire(try await templates.create(tenantID: context.tenantID, body.draft)))
    }

    /// Newest first.
    func list(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let page = try request.query { $0.page() }
        let found = try await templates.list(tenantID: context.tenantID, page: page)
        return Page(items: found.map { TemplateWire($0) }, limit: page.limit, lastID: found.last?.id)
    }

    func get(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(TemplateWire(try await templates.get(tenantID: context.tenantID, id: try context.id())))
    }

    func update(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let body: DraftRequest = try await request.fields(limit: bodyLimit)
        return Answer(TemplateWire(try await templates.update(tenantID: context.tenantID, id: id, body.draft)))
    }

    func delete(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        try await templates.delete(tenantID: context.tenantID, id: try context.id())
        return Answer.message("Message template deleted")
    }
}

extension MessageTemplatesController {
    struct DraftRequest: RequestFields {
        let draft: MessageTemplateDraft

        init(_ fields: inout JSONFields) {
            var draft = MessageTemplateDraft()
            draft.name = fields.string("name")
            draft.channel = fields.string("channel")
            draft.language = fields.string("language")
            draft.subject = fields.string("subject")
            draft.bodyHTML = fields.string("body_html")
            draft.bodyText = fields.string("body_text")
            self.draft = draft
        }
    }

    struct TemplateWire: Encodable {
        let id: UUID
        let name: String
        let channel: String
        let language: String
        @OrNull var subject: String?
        @OrNull var bodyHTML: String?
        @OrNull var bodyText: String?
        let variables: [String]
        let version: Int
        let createdAt: Date
        let updatedAt: Date

        init(_ template: MessageTemplate) {
            (id, name, channel, language) = (template.id, template.name, template.channel.rawValue, template.language)
            _subject = OrNull(wrappedValue: template.subject)
            _bodyHTML = OrNull(wrappedValue: template.bodyHTML)
            _bodyText = OrNull(wrappedValue: template.bodyText)
            (variables, version) = (template.variables, template.version)
            (createdAt, updatedAt) = (template.createdAt, template.updatedAt)
        }
    }
}
