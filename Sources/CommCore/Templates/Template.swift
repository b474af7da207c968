import FoundationEssentials
import Postgres

/// What a template is mailed as.
package enum TemplateType: String, Sendable, CaseIterable, PostgresEnum {
    case html, text
}

/// A subject and bodies with merge tags, written by people; campaigns send what is compiled of it.
package struct Template: Sendable, Equatable {
    package let id: UUID
    package let name: String
    package let subject: String
    package let type: TemplateType
    package let bodyHTML: String?
    package let bodyText: String?
    package let createdAt: Date
    package let updatedAt: Date
}

/// A template without its bodies, for lists.
package struct TemplateSummary: Sendable, Equatable {
    package let id: UUID
    package let name: String
    package let subject: String
    package let type: TemplateType
    package let createdAt: Date
}

/// A new template as it was received: anything may be missing or wrong.
package struct TemplateDraft: Sendable, Equatable {
    package let name: String?
    package let subject: String?
    package let type: String?
    package let bodyHTML: String?
    package let bodyText: String?

    package init(name: String?, subject: String?, type: String?, bodyHTML: String? = nil, bodyText: String? = nil) {
        self.name = name
        self.subject = subject
        self.type = type
        self.bodyHTML = bodyHTML
        self.bodyText = bodyText
    }
}

/// A change of a template; nil leaves a field as it is.
package struct TemplatePatch: Sendable, Equatable {
    package let name: String?
    package let subject: String?
    package let bodyHTML: String?
    package let bodyText: String?

    package init(name: String? = nil, subject: String? = nil, bodyHTML: String? = nil, bodyText: String? = nil) {
        self.name = name
        self.subject = subject
        self.bodyHTML = bodyHTML
        self.bodyText = bodyText
    }

    package var isEmpty: Bool {
        name == nil && subject == nil && bodyHTML == nil && bodyText == nil
    }

    /// The draft that the changed template would be.
    func applied(to template: Template) -> TemplateDraft {
        TemplateDraft(
            name: name ?? template.name,
            subject: subject ?? template.subject,
            type: template.type.rawValue,
            bodyHTML: bodyHTML ?? template.bodyHTML,
            bodyText: bodyText ?? template.bodyText
        )
    }
}

/// What became of the templates of a bulk deletion.
package struct TemplateDeletion: Sendable, Equatable {
    package struct Failure: Sendable, Equatable {
        package let id: UUID
        package let reason: TemplateErrorCode
    }

    package let deleted: [UUID]
    package let failed: [Failure]
}
