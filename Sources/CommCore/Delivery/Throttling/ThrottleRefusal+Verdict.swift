import FoundationEssentials

extension ThrottleRefusal {
    init(_ verdict: BucketVerdict, plan: BucketPlan) {
        let gateway = plan.subject.gateway
        let place: String
        switch plan.buckets.indices.contains(verdict.bucket) ? plan.buckets[verdict.bucket].owner : .gateway {
        case .gateway: place = "gateway \(gateway)"
        case .group(let group): place = "gateway \(gateway) to \(group)"
        case .tenant: place = "the tenant's \(plan.subject.channel.rawValue)"
        case .campaign: place = "the campaign"
        }
        let reason =
            switch verdict.cause {
            case .limit: "rate limit of \(place)"
            case .slowed: "\(place) is slowed down by its answers"
            case .paused: "\(place) is paused by its answers"
            }
        self.init(until: Date(microseconds: verdict.until), reason: reason)
    }
}
