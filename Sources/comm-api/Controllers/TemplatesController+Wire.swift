import CommCore
import FoundationEssentials

extension TemplatesController {
    struct DraftRequest: RequestFields {
        let draft: TemplateDraft

        init(_ fields: inout JSONFields) {
            draft = TemplateDraft(
                name: fields.string("name"),
                subject: fields.string("subject"),
                type: fields.string("type"),
                bodyHTML: fields.string("body_html"),
                bodyText: fields.string("body_text")
            )
        }
    }

    struct ValidateRequest: RequestFields {
        let draft: TemplateDraft
        let sample: [String: String]

        init(_ fields: inout JSONFields) {
            draft = DraftRequest(&fields).draft
            sample = fields.stringMap("sampleData") ?? [:]
        }
    }

    struct PatchRequest: RequestFields {
        let patch: TemplatePatch

        init(_ fields: inout JSONFields) {
            patch = TemplatePatch(
                name: fields.string("name"),
                subject: fields.string("subject"),
                bodyHTML: fields.string("body_html"),
                bodyText: fields.string("body_text")
            )
        }
    }

    struct SummaryWire: Encodable {
        let id: UUID
        let name: String
        let subject: String
        let type: String
        let createdAt: Date

        init(_ template: TemplateSummary) {
            (id, name, subject) = (template.id, template.name, template.subject)
            (type, createdAt) = (template.type.rawValue, template.createdAt)
        }

        init(_ template: Template) {
            (id, name, subject) = (template.id, template.name, template.subject)
            (type, createdAt) = (template.type.rawValue, template.createdAt)
        }
    }

    struct TemplateWire: Encodable {
        let id: UUID
        let name: String
        let subject: String
        let type: String
        @OrNull var bodyHTML: String?
        @OrNull var bodyText: String?
        let createdAt: Date
        let updatedAt: Date

        init(_ template: Template) {
            (id, name, subject, type) = (template.id, template.name, template.subject, template.type.rawValue)
            _bodyHTML = OrNull(wrappedValue: template.bodyHTML)
            _bodyText = OrNull(wrappedValue: template.bodyText)
            (createdAt, updatedAt) = (template.createdAt, template.updatedAt)
        }
    }

    struct DeletionWire: Encodable {
        struct Failure: Encodable {
            let id: UUID
            let reason: String
        }

        let success: Bool
        let message = "Bulk delete completed"
        let deleted: [UUID]
        let failed: [Failure]

        init(_ result: TemplateDeletion) {
            deleted = result.deleted
            failed = result.failed.map { Failure(id: $0.id, reason: $0.reason == .inUse ? "TEMPLATE_IN_USE" : "NOT_FOUND") }
            success = !result.deleted.isEmpty || result.failed.isEmpty
        }

        enum CodingKeys: CodingKey { case success, message, deleted, failed }
    }

    /// The contract's answer of the validation: `success` says whether the template is valid.
    struct ValidationEnvelope: Encodable {
        struct Issue: Encodable {
            let type: String
            let message: String
            let field: String?
            let limit: Int?
            let actual: Int?
        }

        struct Findings: Encodable {
            let valid: Bool
            let errors: [Issue]
            let warnings: [Issue]
            let metrics: JSONValue
            @OrNull var preview: RenderedPreview?
        }

        let success: Bool
        let data: Findings

        init(_ found: TemplateValidation) {
            success = found.isValid
            data = Findings(
                valid: found.isValid,
                errors: found.errors.map { Issue(type: $0.code, message: $0.message, field: $0.field, limit: nil, actual: nil) },
                warnings: found.warnings.map {
                    Issue(type: $0.code, message: $0.message, field: $0.part?.rawValue, limit: $0.limit, actual: $0.actual)
                },
                metrics: JSONValue(found.metrics),
                preview: found.preview
            )
        }
    }
}

extension JSONValue {
    /// The metrics under the contract's names.
    init(_ metrics: CompileMetrics) {
        let numbers = [
            "htmlSize": metrics.htmlSize, "textLength": metrics.textLength, "subjectLength": metrics.subjectLength,
            "nodeCount": metrics.nodeCount, "linkCount": metrics.linkCount, "imageCount": metrics.imageCount,
        ]
        var members = numbers.mapValues { JSONValue.number(String($0)) }
        members["mergeVariables"] = .array(metrics.mergeVariables.map(JSONValue.string))
        self = .object(members)
    }
}
