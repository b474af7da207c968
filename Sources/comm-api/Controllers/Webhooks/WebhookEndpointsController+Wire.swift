import CommCore
import FoundationEssentials

extension WebhookEndpointsController {
    struct DraftRequest: RequestFields {
        let draft: WebhookDraft

        init(_ fields: inout JSONFields) {
            var draft = WebhookDraft(&fields)
            draft.secret = fields.string("secret")
            self.draft = draft
        }
    }

    struct PatchRequest: RequestFields {
        let draft: WebhookDraft

        init(_ fields: inout JSONFields) {
            var draft = WebhookDraft(&fields)
            draft.skipsMissed = fields.bool("skip_missed") ?? false
            self.draft = draft
        }
    }

    struct RotateRequest: RequestFields {
        let secret: String?

        init(_ fields: inout JSONFields) {
            secret = fields.string("secret")
        }
    }

    struct TypeWire: Encodable {
        let name: String
        let description: String
    }

    struct EndpointWire: Encodable {
        let id: UUID
        let url: String
        @OrNull var description: String?
        let eventTypes: [String]
        @OrNull var campaignIDs: [UUID]?
        @OrNull var channels: [String]?
        let includeAutomated: Bool
        /// Names only: values are not shown again.
        let headers: [String]
        let ordering: String
        let maxConcurrency: Int
        @OrNull var maxPerSecond: Int?
        let enabled: Bool
        @OrNull var disabledReason: String?
        @OrNull var disabledAt: Date?
        /// Only in the answer to its making and to a rotation.
        let secret: String?
        let secretChangedAt: Date
        let state: StateWire
        let createdAt: Date
        let updatedAt: Date

        init(_ endpoint: WebhookEndpoint, secret: String? = nil) {
            (id, url, self.secret) = (endpoint.id, endpoint.url, secret)
            _description = OrNull(wrappedValue: endpoint.description)
            eventTypes = endpoint.eventTypes
            _campaignIDs = OrNull(wrappedValue: endpoint.campaignIDs)
            _channels = OrNull(wrappedValue: endpoint.channels)
            (includeAutomated, headers) = (endpoint.includesAutomated, endpoint.headerNames)
            (ordering, maxConcurrency) = (endpoint.ordering.rawValue, endpoint.maxConcurrency)
            _maxPerSecond = OrNull(wrappedValue: endpoint.maxPerSecond)
            enabled = endpoint.isEnabled
            _disabledReason = OrNull(wrappedValue: endpoint.disabledReason?.rawValue)
            _disabledAt = OrNull(wrappedValue: endpoint.disabledAt)
            secretChangedAt = endpoint.secretChangedAt
            state = StateWire(endpoint.state)
            (createdAt, updatedAt) = (endpoint.createdAt, endpoint.updatedAt)
        }
    }

    /// How its deliveries go.
    struct StateWire: Encodable {
        let consecutiveFailures: Int
        @OrNull var failingSince: Date?
        @OrNull var lastSuccessAt: Date?
        @OrNull var lastFailureAt: Date?
        @OrNull var lastError: String?
        @OrNull var pausedUntil: Date?
        let behind: Int64

        init(_ state: WebhookEndpoint.State) {
            (consecutiveFailures, behind) = (state.failures, state.behind)
            _failingSince = OrNull(wrappedValue: state.failingSince)
            _lastSuccessAt = OrNull(wrappedValue: state.lastSuccessAt)
            _lastFailureAt = OrNull(wrappedValue: state.lastFailureAt)
            _lastError = OrNull(wrappedValue: state.lastError)
            _pausedUntil = OrNull(wrappedValue: state.pausedUntil)
        }
    }
}

extension WebhookDraft {
    /// What making and changing have in common.
    fileprivate init(_ fields: inout JSONFields) {
        self.init()
        url = fields.string("url")
        description = fields.change("description") { $0.string($1) }
        eventTypes = fields.strings("event_types")
        campaignIDs = fields.change("campaign_ids") { $0.uuids($1) }
        channels = fields.change("channels") { $0.strings($1) }
        includesAutomated = fields.bool("include_automated")
        headers = fields.stringMap("headers")
        ordering = fields.string("ordering")
        maxConcurrency = fields.int("max_concurrency")
        maxPerSecond = fields.change("max_per_second") { $0.int($1) }
        isEnabled = fields.bool("enabled")
    }
}
