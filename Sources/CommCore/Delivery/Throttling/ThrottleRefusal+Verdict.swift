import FoundationEssentials

extension ThrottleRefusal {
    init(_ verdict: BucketVerdict, plan: BucketPlan) {
        let gateway = plan.subject.gateway
        let place: ThrottleCause.Place =
            switch plan.buckets.indices.contains(verdict.bucket) ? plan.buckets[verdict.bucket].owner : .gateway {
            case .gateway: .gateway(gateway)
            case .group(let group): .group(group, gateway: gateway)
            case .tenant: .tenant(channel: plan.subject.channel.rawValue)
            case .campaign: .campaign
            }
        let cause: ThrottleCause =
            switch verdict.cause {
            case .limit: .limit(place)
            case .slowed: .slowed(place)
            case .paused: .paused(place)
            }
        self.init(until: Date(microseconds: verdict.until), reason: cause.text)
    }
}
