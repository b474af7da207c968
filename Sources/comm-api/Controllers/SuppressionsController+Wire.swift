import CommCore
import FoundationEssentials

extension SuppressionsController {
    struct AddRequest: RequestFields {
        let draft: SuppressionDraft

        init(_ fields: inout JSONFields) {
            var draft = SuppressionDraft(fields: &fields)
            draft.scope = fields.string("scope")
            draft.listID = fields.uuid("list_id")
            draft.source = fields.string("source")
            self.draft = draft
        }
    }

    struct BulkRequest: RequestFields {
        let emails: [String]?
        let common: SuppressionDraft

        init(_ fields: inout JSONFields) {
            let (emails, addresses) = (fields.strings("emails"), fields.strings("addresses"))
            self.emails = emails ?? addresses
            common = SuppressionDraft(
                channel: fields.string("channel"),
                scope: fields.string("scope"),
                listID: fields.uuid("list_id"),
                reason: fields.string("reason") ?? "bulk_import",
                source: fields.string("source"),
                note: fields.string("note"),
                expiresAt: fields.date("expires_at")
            )
        }
    }

    struct BouncesRequest: RequestFields {
        let days: Int

        init(_ fields: inout JSONFields) {
            days = fields.int("days") ?? 30
        }
    }

    struct SuppressionWire: Encodable {
        let id: UUID
        @OrNull var email: String?
        let channel: String
        @OrNull var address: String?
        let scope: SuppressionScope
        @OrNull var domain: String?
        @OrNull var listID: UUID?
        let isErased: Bool
        let reason: String
        let source: String
        @OrNull var landingVariant: String?
        @OrNull var note: String?
        @OrNull var eventID: UUID?
        let createdAt: Date
        @OrNull var expiresAt: Date?
        @OrNull var contactID: UUID?
        @OrNull var contactStatus: String?
        @OrNull var contactName: String?
        @OrNull var contactType: String?

        init(_ suppression: Suppression) {
            (id, scope, reason, source) = (suppression.id, suppression.scope, suppression.reason, suppression.source)
            (isErased, createdAt) = (suppression.isErased, suppression.createdAt)
            channel = suppression.channel.rawValue
            _email = OrNull(wrappedValue: suppression.email)
            _address = OrNull(wrappedValue: suppression.address)
            _domain = OrNull(wrappedValue: suppression.domain)
            _listID = OrNull(wrappedValue: suppression.listID)
            _landingVariant = OrNull(wrappedValue: suppression.landingVariant)
            _note = OrNull(wrappedValue: suppression.note)
            _eventID = OrNull(wrappedValue: suppression.eventID)
            _expiresAt = OrNull(wrappedValue: suppression.expiresAt)
            _contactID = OrNull(wrappedValue: suppression.contactID)
            _contactStatus = OrNull(wrappedValue: suppression.contactStatus)
            _contactName = OrNull(wrappedValue: suppression.contactName)
            _contactType = OrNull(wrappedValue: suppression.contactType)
        }
    }

    struct NoRequest: RequestFields {
        init(_ fields: inout JSONFields) {}
    }

    /// What keeps an address back.
    struct CheckWire: Encodable {
        /// Whether nothing at all may be sent.
        let suppressed: Bool
        /// Whether campaigns and newsletters may not be sent.
        let marketingSuppressed: Bool
        /// Whether the operator keeps it back from everybody.
        let globallySuppressed: Bool
        let entries: [SuppressionWire]

        init(_ found: [Suppression], isGlobal: Bool) {
            suppressed = isGlobal || found.contains { $0.scope == .all || $0.scope == .domain }
            marketingSuppressed = isGlobal || found.contains { $0.scope != .list }
            globallySuppressed = isGlobal
            entries = found.map(SuppressionWire.init)
        }
    }

    struct CleanUpWire: Encodable {
        let removed: Int
        let more: Bool
    }

    struct AddedWire: Encodable {
        let id: UUID
        @OrNull var email: String?
        let channel: String
        @OrNull var address: String?
        let scope: SuppressionScope
        let contactsUpdated: Int

        init(_ added: AddedSuppression) {
            (id, scope, contactsUpdated) = (added.suppression.id, added.suppression.scope, added.contactsUpdated)
            channel = added.suppression.channel.rawValue
            _email = OrNull(wrappedValue: added.suppression.email)
            _address = OrNull(wrappedValue: added.suppression.address)
        }
    }

    struct PageWire: Encodable {
        struct Pagination: Encodable {
            let page: Int
            let limit: Int
            let total: Int64
            let totalPages: Int64
            let hasNext: Bool
            let hasPrev: Bool
            @OrNull var nextCursor: String?
        }

        let suppressions: [SuppressionWire]
        let pagination: Pagination

        init(_ page: SuppressionPage) {
            suppressions = page.suppressions.map(SuppressionWire.init)
            pagination = Pagination(
                page: page.page,
                limit: page.limit,
                total: page.total,
                totalPages: (page.total + Int64(page.limit) - 1) / Int64(page.limit),
                hasNext: page.next != nil,
                hasPrev: page.page > 1,
                nextCursor: page.next?.text
            )
        }
    }

    /// With the contract's names, which are in camel case here.
    struct BulkWire: Encodable {
        struct Refusal: Encodable {
            let email: String
            let error: String
        }

        let processed: Int
        let added: Int
        let skipped: Int
        let contactsUpdated: Int
        let errors: [Refusal]
        let totalErrors: Int

        enum CodingKeys: String, CodingKey {
            case processed, added, skipped, errors, totalErrors
            case contactsUpdated = "contactsUpdatedCamelCase"
        }

        init(_ report: SuppressionBulk.Report) {
            (processed, added, skipped) = (report.processed, report.added, report.skipped)
            (contactsUpdated, totalErrors) = (report.contactsUpdated, report.totalErrors)
            errors = report.errors.map { Refusal(email: $0.email, error: $0.error) }
        }
    }

    struct ImportWire: Encodable {
        struct RowErrorWire: Encodable {
            let row: Int
            @OrNull var column: String?
            @OrNull var value: String?
            let code: String
            let error: String

            init(_ error: ImportRowError) {
                (row, code, self.error) = (error.row, error.code, error.message)
                _column = OrNull(wrappedValue: error.column)
                _value = OrNull(wrappedValue: error.value)
            }
        }

        let importID: UUID
        let dryRun: Bool
        let processed: Int
        let added: Int
        let skipped: Int
        let contactsUpdated: Int
        let errors: Int
        let errorsKept: Int
        let errorSamples: [RowErrorWire]
        let errorsURL: String

        init(_ report: SuppressionImporter.Report) {
            (importID, dryRun, processed, added) = (report.importID, report.dryRun, report.processed, report.added)
            (skipped, contactsUpdated) = (report.skipped, report.contactsUpdated)
            (errors, errorsKept) = (report.errors, report.errorsKept)
            errorSamples = report.errorSamples.map(RowErrorWire.init)
            errorsURL = "/api/suppressions/imports/\(report.importID.uuidString.lowercased())/errors"
        }
    }

    struct BouncesWire: Encodable {
        let totalFound: Int
        let imported: Int
        let skipped: Int
        let days: Int

        init(_ report: BounceImporter.Report) {
            (totalFound, imported, skipped, days) = (report.totalFound, report.imported, report.skipped, report.days)
        }
    }

    struct StatsWire: Encodable {
        struct List: Encodable {
            struct Recent: Encodable {
                let last7: Int
                let last30: Int

                enum CodingKeys: String, CodingKey {
                    case last7 = "last_7_days"
                    case last30 = "last_30_days"
                }
            }

            let total: Int
            let byReason: [String: Int]
            let bySource: [String: Int]
            let byScope: [String: Int]
            let byChannel: [String: Int]
            let temporary: Int
            let recent: Recent
        }

        struct Contacts: Encodable {
            let total: Int
            let active: Int
            let unsubscribed: Int
        }

        let suppressions: List
        let contacts: Contacts

        init(_ stats: SuppressionStats) {
            suppressions = List(
                total: stats.total,
                byReason: stats.byReason,
                bySource: stats.bySource,
                byScope: stats.byScope,
                byChannel: stats.byChannel,
                temporary: stats.temporary,
                recent: List.Recent(last7: stats.last7Days, last30: stats.last30Days)
            )
            contacts = Contacts(total: stats.contacts, active: stats.activeContacts, unsubscribed: stats.unsubscribedContacts)
        }
    }

    struct HistoryWire: Encodable {
        struct Change: Encodable {
            let suppressionID: UUID
            let action: String
            let channel: String
            @OrNull var email: String?
            @OrNull var address: String?
            @OrNull var domain: String?
            let scope: String
            @OrNull var listID: UUID?
            let reason: String
            let source: String
            @OrNull var eventID: UUID?
            @OrNull var expiresAt: Date?
            @OrNull var actor: String?
            @OrNull var note: String?
            let at: Date

            init(_ change: SuppressionChange) {
                (suppressionID, action, scope) = (change.suppressionID, change.action, change.scope)
                (reason, source, at) = (change.reason, change.source, change.at)
                channel = change.channel.rawValue
                _email = OrNull(wrappedValue: change.email)
                _address = OrNull(wrappedValue: change.address)
                _domain = OrNull(wrappedValue: change.domain)
                _listID = OrNull(wrappedValue: change.listID)
                _eventID = OrNull(wrappedValue: change.eventID)
                _expiresAt = OrNull(wrappedValue: change.expiresAt)
                _actor = OrNull(wrappedValue: change.actor)
                _note = OrNull(wrappedValue: change.note)
            }
        }

        let history: [Change]
        @OrNull var nextCursor: String?

        /// - Parameter changes: one more than the limit when there is a next page.
        init(_ changes: [SuppressionChange], limit: Int) {
            history = changes.prefix(limit).map(Change.init)
            _nextCursor = OrNull(wrappedValue: changes.count > limit ? changes[limit - 1].place.text : nil)
        }
    }
}

extension SuppressionDraft {
    /// What an entry of anybody's list is asked for by: what is kept back, and why.
    init(fields: inout JSONFields) {
        self.init(
            email: fields.string("email"),
            address: fields.string("address"),
            channel: fields.string("channel"),
            domain: fields.string("domain"),
            reason: fields.string("reason"),
            note: fields.string("note"),
            expiresAt: fields.date("expires_at")
        )
    }
}
