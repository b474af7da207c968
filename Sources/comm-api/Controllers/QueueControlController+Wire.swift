import CommCore
import FoundationEssentials

extension QueueControlController {
    /// What is to be held back or let go.
    enum Subject: Sendable {
        case campaign(UUID)
        case queue(QueuePauseDraft)

        fileprivate enum Scope: String, CaseIterable {
            case all, tenant, channel, gateway, campaign
        }

        /// Reads `scope` and what it needs.
        fileprivate init(_ fields: inout JSONFields) {
            let name = fields.string("scope") ?? Scope.tenant.rawValue
            let channel = fields.string("channel")
            let gateway = fields.string("gateway")
            let campaignID = fields.uuid("campaign_id")
            let isEverywhere = fields.bool("everywhere") ?? false
            let scope = Scope(rawValue: name)
            if scope == nil { fields.add("scope", "invalid", "must be one of: \(Scope.allCases.map(\.rawValue).joined(separator: ", "))") }
            if channel != nil, scope != .channel { fields.add("channel", "invalid", "goes with the scope channel only") }
            if gateway != nil, scope != .gateway { fields.add("gateway", "invalid", "goes with the scope gateway only") }
            if campaignID != nil, scope != .campaign { fields.add("campaign_id", "invalid", "goes with the scope campaign only") }
            if isEverywhere, scope == .campaign { fields.add("everywhere", "invalid", "does not go with the scope campaign") }
            switch scope {
            case .campaign:
                fields.require("campaign_id", campaignID != nil)
                self = .campaign(campaignID ?? UUID())
            case .channel: self = .queue(QueuePauseDraft(scope: .channel, target: channel, isEverywhere: isEverywhere))
            case .gateway: self = .queue(QueuePauseDraft(scope: .gateway, target: gateway, isEverywhere: isEverywhere))
            case .all: self = .queue(QueuePauseDraft(scope: .all))
            case .tenant, nil: self = .queue(QueuePauseDraft(scope: .tenant, isEverywhere: isEverywhere))
            }
        }
    }

    struct PauseRequest: RequestFields {
        private static let longest = 500

        let subject: Subject
        let reason: String?
        let until: Date?

        init(_ fields: inout JSONFields) {
            subject = Subject(&fields)
            reason = fields.string("reason")
            until = fields.date("until")
            if let reason, reason.count > Self.longest { fields.add("reason", "too_long", "is longer than \(Self.longest) characters") }
            if case .campaign = subject, until != nil { fields.add("until", "invalid", "a campaign is paused until it is resumed") }
        }
    }

    struct ResumeRequest: RequestFields {
        let subject: Subject

        init(_ fields: inout JSONFields) {
            subject = Subject(&fields)
        }
    }

    struct RetryRequest: RequestFields {
        let classes: [RetryClass]
        let campaignID: UUID?
        let selection: RetrySelection

        init(_ fields: inout JSONFields) {
            let names = fields.strings("classes")
            var known: [RetryClass] = []
            for (index, name) in (names ?? []).enumerated() {
                if let found = RetryClass(rawValue: name) {
                    known.append(found)
                } else {
                    let names = RetryClass.allCases.map(\.rawValue).joined(separator: ", ")
                    fields.add("classes[\(index)]", "invalid", "must be one of: \(names)")
                }
            }
            classes = names == nil ? RetryClass.failures : known
            if names?.isEmpty == true { fields.add("classes", "invalid", "must name a class") }
            campaignID = fields.uuid("campaign_id")
            let channel = fields.string("channel")
            if let channel, Channel(rawValue: channel) == nil {
                fields.add("channel", "invalid", "must be one of: \(Channel.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            selection = RetrySelection(
                requestID: fields.uuid("request_id"),
                channel: channel.flatMap(Channel.init(rawValue:)),
                messageIDs: fields.uuids("ids")
            )
            if let ids = selection.messageIDs, !(1...RetrySelection.mostIDs).contains(ids.count) {
                fields.add("ids", "invalid", "must hold 1 to \(RetrySelection.mostIDs) ids")
            }
            if campaignID != nil, selection != RetrySelection() {
                fields.add("campaign_id", "invalid", "stands alone: a campaign's messages are tried again by class")
            }
        }
    }

    struct CleanUpRequest: RequestFields {
        let days: Int

        init(_ fields: inout JSONFields) {
            days = fields.int("older_than_days") ?? 30
            if !(0...3_650).contains(days) { fields.add("older_than_days", "invalid", "must be from 0 to 3650") }
        }
    }

    struct NoRequest: RequestFields {
        init(_ fields: inout JSONFields) {}
    }

    struct PauseWire: Encodable {
        @OrNull var id: UUID?
        let scope: String
        @OrNull var target: String?
        @OrNull var campaignID: UUID?
        let everywhere: Bool
        let active: Bool
        @OrNull var reason: String?
        let pausedBy: String
        let pausedAt: Date
        @OrNull var until: Date?
        @OrNull var endedBy: String?
        @OrNull var endedAt: Date?

        init(_ pause: QueuePause, now: Date) {
            _id = OrNull(wrappedValue: pause.id)
            (scope, everywhere, active) = (pause.scope.rawValue, pause.isEverywhere, pause.isOpen(at: now))
            _target = OrNull(wrappedValue: pause.target)
            _campaignID = OrNull(wrappedValue: nil)
            _reason = OrNull(wrappedValue: pause.reason)
            (pausedBy, pausedAt) = (pause.isEverywhere ? "operator" : pause.pausedBy, pause.pausedAt)
            _until = OrNull(wrappedValue: pause.until)
            _endedBy = OrNull(wrappedValue: pause.isEverywhere ? pause.endedBy.map { _ in "operator" } : pause.endedBy)
            _endedAt = OrNull(wrappedValue: pause.endedAt)
        }

        /// Of a campaign, whose own row says it.
        init(campaign: UUID, reason: String?, by who: String, at now: Date) {
            (scope, everywhere, active, pausedBy, pausedAt) = ("campaign", false, true, who, now)
            _id = OrNull(wrappedValue: nil)
            _target = OrNull(wrappedValue: nil)
            _campaignID = OrNull(wrappedValue: campaign)
            _reason = OrNull(wrappedValue: reason)
            _until = OrNull(wrappedValue: nil)
            _endedBy = OrNull(wrappedValue: nil)
            _endedAt = OrNull(wrappedValue: nil)
        }
    }

    struct ResumedWire: Encodable {
        let resumed: Bool
        @OrNull var pause: PauseWire?

        init(resumed: Bool, pause: PauseWire?) {
            self.resumed = resumed
            _pause = OrNull(wrappedValue: pause)
        }
    }

    struct RetryWire: Encodable {
        @OrNull var id: UUID?
        let classes: [String]
        @OrNull var campaignID: UUID?
        @OrNull var requestID: UUID?
        @OrNull var channel: String?
        let requested: Int64
        let leftOut: [String: Int64]
        let retried: Int64
        @OrNull var requestedBy: String?
        @OrNull var createdAt: Date?
        @OrNull var finishedAt: Date?

        /// - Parameter replaced: how many were left out, where there is no wish to tell.
        init(_ retry: CampaignRetry?, classes: [RetryClass], replaced: Int64 = 0) {
            _id = OrNull(wrappedValue: retry?.id)
            self.classes = (retry?.classes ?? classes).map(\.rawValue)
            _campaignID = OrNull(wrappedValue: retry?.campaignID)
            _requestID = OrNull(wrappedValue: retry?.requestID)
            _channel = OrNull(wrappedValue: retry?.channel)
            (requested, retried) = (retry?.requested ?? 0, retry?.retried ?? 0)
            let replaced = retry?.replaced ?? replaced
            leftOut = replaced > 0 ? ["fallback_used": replaced] : [:]
            _requestedBy = OrNull(wrappedValue: retry?.requestedBy)
            _createdAt = OrNull(wrappedValue: retry?.createdAt)
            _finishedAt = OrNull(wrappedValue: retry?.finishedAt)
        }
    }

    struct CleanUpWire: Encodable {
        let expiredMessages: Int
        let endedPauses: Int
        let finishedRetries: Int
        let more: Bool

        init(_ report: QueueUpkeep.Report) {
            (expiredMessages, endedPauses) = (report.expiredMessages, report.endedPauses)
            (finishedRetries, more) = (report.finishedRetries, report.isMore)
        }
    }
}
