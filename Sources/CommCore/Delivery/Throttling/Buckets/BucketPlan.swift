import FoundationEssentials

/// The buckets that a batch has to pass, and which message has to pass which.
struct BucketPlan: Sendable {
    /// Whose limit a bucket is.
    enum Owner: Sendable, Hashable {
        case gateway, tenant, campaign
        case group(String)
    }

    struct Bucket: Sendable {
        let owner: Owner
        let key: String
        let limit: RateLimit?
        /// Whether answers of the gateway slow it down.
        let isAdaptive: Bool
        let adjustment: RateAdjustment?
    }

    /// What the lane of a message is allowed.
    enum Urgency: Int, Sendable {
        case emergency, express, bulk

        init(priority: Int16) {
            switch Priority(rawValue: priority) {
            case .emergency: self = .emergency
            case .alert, .transactional: self = .express
            case .newsletter, .campaign, nil: self = .bulk
            }
        }
    }

    let subject: ThrottleSubject
    let urgency: Urgency
    /// Who shares a place in a line.
    let flow: String
    /// Those that every message passes come first.
    let buckets: [Bucket]
    /// How many those are.
    let common: Int
    /// For each message its own bucket's number, from 1; 0: none.
    let own: [Int]
    /// For each message who it is.
    let identities: [UInt64]

    /// - Parameters:
    ///   - groups: for each recipient the group of its domain; empty where the channel knows none.
    ///   - limits: of the tenant and the campaign.
    init(
        recipients: [String],
        groups: [String],
        subject: ThrottleSubject,
        book: RateBook,
        limits: SubjectLimits,
        prefix: String
    ) {
        self.subject = subject
        urgency = Urgency(priority: subject.priority)
        flow = (subject.campaignID ?? subject.tenantID).uuidString.lowercased()
        var buckets = [
            Bucket(
                owner: .gateway,
                key: BucketKey.gateway(subject.gateway, group: "", prefix: prefix),
                limit: book.limit(gateway: subject.gateway, group: ""),
                isAdaptive: true,
                adjustment: book.adjustment(gateway: subject.gateway, group: "")
            )
        ]
        // An emergency passes whatever its tenant has set.
        if urgency != .emergency, let limit = limits.tenant {
            let key = BucketKey.tenant(subject.tenantID, channel: subject.channel, prefix: prefix)
            buckets.append(Bucket(owner: .tenant, key: key, limit: limit, isAdaptive: false, adjustment: nil))
        }
        if urgency != .emergency, let campaignID = subject.campaignID, let limit = limits.campaign {
            let key = BucketKey.campaign(campaignID, prefix: prefix)
            buckets.append(Bucket(owner: .campaign, key: key, limit: limit, isAdaptive: false, adjustment: nil))
        }
        common = buckets.count
        var numbers: [String: Int] = [:]
        var own: [Int] = []
        own.reserveCapacity(recipients.count)
        for group in groups {
            if let number = numbers[group] {
                own.append(number)
                continue
            }
            buckets.append(
                Bucket(
                    owner: .group(group),
                    key: BucketKey.gateway(subject.gateway, group: group, prefix: prefix),
                    limit: book.limit(gateway: subject.gateway, group: group),
                    isAdaptive: true,
                    adjustment: book.adjustment(gateway: subject.gateway, group: group)
                )
            )
            numbers[group] = buckets.count
            own.append(buckets.count)
        }
        self.own = groups.isEmpty ? Array(repeating: 0, count: recipients.count) : own
        self.buckets = buckets
        let seed = MessageIdentity.hash(flow.utf8)
        identities = recipients.map { MessageIdentity.hash($0.lowercased().utf8, seed: seed) }
    }
}

/// Names of buckets in Redis.
enum BucketKey {
    static func gateway(_ gateway: String, group: String, prefix: String) -> String {
        group.isEmpty ? "\(prefix):limit:g:\(gateway)" : "\(prefix):limit:d:\(gateway):\(group)"
    }

    static func tenant(_ id: UUID, channel: Channel, prefix: String) -> String {
        "\(prefix):limit:t:\(id.uuidString.lowercased()):\(channel.rawValue)"
    }

    static func campaign(_ id: UUID, prefix: String) -> String { "\(prefix):limit:c:\(id.uuidString.lowercased())" }

    static func born(prefix: String) -> String { "\(prefix):limit:born" }
}
