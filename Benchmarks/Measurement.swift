import Foundation

/// One line of the results.
struct Measurement: Encodable {
    let name: String
    let value: Double
    let unit: String
    /// What the machine, or the stated reference, reaches in the same run; nil when there is none.
    var limit: Double?
    /// What the limit is, or whom the value is compared with.
    var peer: String?

    /// Value over limit.
    var ratio: Double? {
        guard let limit, limit != 0 else { return nil }
        return value / limit
    }

    private enum CodingKeys: String, CodingKey {
        case name, value, unit, limit, ratio, peer
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(value, forKey: .value)
        try container.encode(unit, forKey: .unit)
        try container.encode(limit, forKey: .limit)
        try container.encode(ratio, forKey: .ratio)
        try container.encode(peer, forKey: .peer)
    }
}

extension [Double] {
    /// The middle value; NaN of nothing.
    var median: Double {
        guard !isEmpty else { return .nan }
        let ordered = sorted()
        let middle = ordered.count / 2
        return ordered.count.isMultiple(of: 2) ? (ordered[middle - 1] + ordered[middle]) / 2 : ordered[middle]
    }
}

extension Duration {
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
