import CommCore

/// A limit as somebody asks for it.
struct LimitRequest: RequestFields {
    let draft: RateLimitDraft

    init(_ fields: inout JSONFields) {
        draft = RateLimitDraft(messages: fields.int("messages"), period: fields.int("period_seconds"), burst: fields.int("burst"))
    }
}
