import CommCore
import FoundationEssentials

extension RecycleBinController {
    struct RecipientIDsRequest: RequestFields {
        let recipientIDs: [UUID]

        init(_ fields: inout JSONFields) {
            recipientIDs = Self.ids(&fields)
        }

        /// In the contract's words.
        static func ids(_ fields: inout JSONFields) -> [UUID] {
            let given = fields.uuids("recipient_ids")
            let isMissing = given?.isEmpty ?? !fields.problems.contains { $0.field.hasPrefix("recipient_ids") }
            if isMissing { fields.add("recipient_ids", "required", "array is required") }
            if (given?.count ?? 0) > BulkSelection.mostIDs {
                fields.add("recipient_ids", "too_many", "holds more than \(BulkSelection.mostIDs) ids")
            }
            return given ?? []
        }
    }

    struct DeleteRequest: RequestFields {
        let recipientIDs: [UUID]
        let reason: String?

        init(_ fields: inout JSONFields) {
            recipientIDs = RecipientIDsRequest.ids(&fields)
            reason = fields.string("reason")
        }
    }

    struct MoveRequest: RequestFields {
        let recipientIDs: [UUID]
        let fromListID: UUID?
        let toListID: UUID?

        init(_ fields: inout JSONFields) {
            recipientIDs = RecipientIDsRequest.ids(&fields)
            fromListID = fields.uuid("from_list_id")
            toListID = fields.uuid("to_list_id")
            fields.require("to_list_id", toListID != nil)
        }
    }

    struct PersonWire: Encodable {
        let id: UUID
        let email: String
        let name: OrNull<String>
    }

    struct DeletedWire: Encodable {
        let deletedCount: Int
        let deletedRecipients: [PersonWire]
        let reason: String
        let operationID: UUID
    }

    struct MovedWire: Encodable {
        let movedCount: Int
        let fromListID: OrNull<UUID>
        let toListID: UUID
        let operationID: UUID
    }

    struct RestoredWire: Encodable {
        let restoredCount: Int
        let restoredRecipients: [PersonWire]
        let operationID: UUID
    }

    struct CleanedWire: Encodable {
        let deletedCount: Int
        let olderThanDays: Int
        let operationID: UUID
    }

    struct DeletedContactWire: Encodable {
        let id: UUID
        let email: String
        let name: OrNull<String>
        let contactStatus: String
        let qualityIndex: Int
        let deletedAt: Date
        let createdAt: Date
        let emailDomain: String
        let operationID: OrNull<UUID>

        init(_ contact: DeletedContact) {
            (id, email, name) = (contact.id, contact.email, OrNull(wrappedValue: contact.name))
            (contactStatus, qualityIndex) = (contact.status.rawValue, contact.qualityIndex)
            (deletedAt, createdAt, emailDomain) = (contact.deletedAt, contact.createdAt, contact.emailDomain)
            operationID = OrNull(wrappedValue: contact.operationID)
        }
    }

    struct PaginationWire: Encodable {
        let total: Int
        let limit: Int
        let offset: Int
        let hasMore: Bool
        let nextCursor: OrNull<String>
    }

    struct OlderPageWire: Encodable {
        let recipients: [DeletedContactWire]
        let pagination: PaginationWire
    }

    struct NewerPageWire: Encodable {
        let success = true
        let data: [DeletedContactWire]
        let pagination: PaginationWire

        enum CodingKeys: CodingKey { case success, data, pagination }
    }
}
