import CommCore
import FoundationEssentials
import Hummingbird

/// What holds the queue back and lets it go, and what has failed in it.
struct QueueControlController: Sendable {
    let pauses: QueuePauseRepository
    let campaigns: CampaignRepository
    let retries: MessageRetryRepository
    let campaignRetries: RetryRepository
    let list: MessageListRepository
    let upkeep: QueueUpkeep
    let time: any TimeSource
    let bodyLimit: Int

    /// What is held back.
    func listPauses(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let includingEnded = try request.query { $0.bool("ended") } ?? false
        let found = try await pauses.list(tenantID: context.tenantID, includingEnded: includingEnded)
        let now = time.now
        return Answer(found.map { PauseWire($0, now: now) })
    }

    /// Holds back; again, it changes reason and end.
    func pause(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: PauseRequest = try await request.fields(limit: bodyLimit)
        let (tenantID, who) = (context.tenantID, context.caller.credential)
        switch body.subject {
        case .campaign(let id):
            _ = try await campaigns.pause(tenantID: tenantID, id: id, reason: body.reason, by: who)
            return Answer(PauseWire(campaign: id, reason: body.reason, by: who, at: time.now), message: "Paused")
        case .queue(var draft):
            (draft.reason, draft.until) = (body.reason, body.until)
            try Self.check(draft, context)
            let pause = try await pauses.pause(tenantID: tenantID, draft: draft, by: who)
            return Answer(PauseWire(pause, now: time.now), message: "Paused")
        }
    }

    /// Lets go; what is not held back stays as it is.
    func resume(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: ResumeRequest = try await request.fields(limit: bodyLimit)
        let (tenantID, who) = (context.tenantID, context.caller.credential)
        switch body.subject {
        case .campaign(let id):
            _ = try await campaigns.resume(tenantID: tenantID, id: id, by: who)
            return Answer(ResumedWire(resumed: true, pause: nil), message: "Resumed")
        case .queue(let draft):
            try Self.check(draft, context)
            let ended = try await pauses.resume(tenantID: tenantID, draft: draft, by: who)
            return Answer(
                ResumedWire(resumed: ended != nil, pause: ended.map { PauseWire($0, now: time.now) }),
                message: ended == nil ? "Nothing was paused" : "Resumed"
            )
        }
    }

    /// What holds for everybody is the operator's.
    private static func check(_ draft: QueuePauseDraft, _ context: TenantContext) throws {
        guard !draft.isEverywhere || context.caller.isPlatform else {
            throw QueueError(.operatorOnly, "Only the operator holds back or lets go what belongs to everybody")
        }
    }

    /// Messages that failed, with the class of the reason.
    func listDeadLetters(_ request: Request, context: TenantContext) async throws -> Response {
        let (filter, limit, cursor) = try request.query { query in
            var filter = MessageStatusController.filter(&query)
            filter.failure = query.choice("class", RetryClass.self)
            filter.isDeadLetter = true
            if filter.states.isEmpty { filter.states = [.failed, .expired, .unknown] }
            return (filter, query.int("limit", in: 1...MessageListRepository.largestPage) ?? 50, query.messageCursor())
        }
        let page = try await list.page(tenantID: context.tenantID, filter: filter, limit: limit, after: cursor)
        let now = time.now
        let wires = try page.messages.map { try MessageStatusController.MessageWire($0, state: $0.state(now: now)) }
        return try Answer(MessageStatusController.PageWire(messages: wires, next: page.next)).response()
    }

    /// Asks for what failed to be tried again, by class.
    func retryFailed(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: RetryRequest = try await request.fields(limit: bodyLimit)
        let (tenantID, who) = (context.tenantID, context.caller.credential)
        let (retry, replaced) =
            if let campaignID = body.campaignID {
                (try await campaignRetries.request(tenantID: tenantID, campaignID: campaignID, classes: body.classes, by: who), Int64(0))
            } else {
                try await retries.request(tenantID: tenantID, selection: body.selection, classes: body.classes, by: who)
            }
        let none = "No message that failed in these classes can be tried again"
        let message = retry.map { "\($0.requested) messages are tried again" } ?? none
        return Answer(RetryWire(retry, classes: body.classes, replaced: replaced), message: message)
    }

    /// Asks for one message to be tried again.
    func retryOne(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        _ = try await request.fields(NoRequest.self, limit: bodyLimit)
        let retry = try await retries.request(tenantID: context.tenantID, messageID: id, by: context.caller.credential)
        return Answer(RetryWire(retry, classes: []), message: "The message is tried again")
    }

    func listRetries(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(try await retries.list(tenantID: context.tenantID).map { RetryWire($0, classes: []) })
    }

    func getRetry(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(RetryWire(try await retries.find(tenantID: context.tenantID, id: try context.id()), classes: []))
    }

    /// Clears away what is over.
    func cleanUp(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: CleanUpRequest = try await request.fields(limit: bodyLimit)
        let report = try await upkeep.cleanUp(tenantID: context.tenantID, olderThanDays: body.days, by: context.caller.credential)
        return Answer(CleanUpWire(report), message: report.isMore ? "More is over: ask again" : "Cleaned up")
    }
}
