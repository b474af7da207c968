import Metrics

/// Counts what was let through and what has to wait, by gateway and kind of limit.
enum ThrottleCounts {
    static func count(_ verdicts: [BucketVerdict?], plan: BucketPlan) {
        var refused: [String: Int] = [:]
        var passed = 0
        for verdict in verdicts {
            guard let verdict else {
                passed += 1
                continue
            }
            let owner = plan.buckets.indices.contains(verdict.bucket) ? plan.buckets[verdict.bucket].owner : .gateway
            refused[owner.word, default: 0] += 1
        }
        let gateway = ("gateway", plan.subject.gateway)
        if passed > 0 { Counter(label: "comm_throttle_admitted_total", dimensions: [gateway]).increment(by: passed) }
        for (word, count) in refused {
            Counter(label: "comm_throttle_deferred_total", dimensions: [gateway, ("limit", word)]).increment(by: count)
        }
    }
}

extension BucketPlan.Owner {
    fileprivate var word: String {
        switch self {
        case .gateway: "gateway"
        case .group: "group"
        case .tenant: "tenant"
        case .campaign: "campaign"
        }
    }
}
