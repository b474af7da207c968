/// The limits that a tenant has set for what a batch is part of.
struct SubjectLimits: Sendable, Equatable {
    var tenant: RateLimit?
    var campaign: RateLimit?
}
