/// Hours of the week in which a campaign may send.
///
/// Stored and sent as JSON: `{"days":["mon","tue"],"from":"09:00","to":"17:30"}`.
package struct SendingWindow: Sendable, Equatable, Codable {
    /// Days in the order of ISO 8601.
    package enum Day: String, Sendable, CaseIterable, Codable {
        case mon, tue, wed, thu, fri, sat, sun

        /// Days since Monday.
        var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// On which days it begins.
    package let days: [Day]
    /// Minutes since midnight.
    package let from: Int
    /// Minutes since midnight; not after `from`: on the next day.
    package let to: Int

    package init(days: [Day], from: Int, to: Int) {
        (self.days, self.from, self.to) = (days, from, to)
    }

    /// How long it lasts, in minutes.
    var length: Int { to > from ? to - from : to + 1440 - from }

    private enum CodingKeys: CodingKey { case days, from, to }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        days = try container.decode([Day].self, forKey: .days)
        func minutes(_ key: CodingKeys) throws -> Int {
            let text = try container.decode(String.self, forKey: key)
            guard let value = Self.minutes(text) else {
                throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "not a time of day")
            }
            return value
        }
        (from, to) = (try minutes(.from), try minutes(.to))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(days, forKey: .days)
        try container.encode(Self.text(from), forKey: .from)
        try container.encode(Self.text(to), forKey: .to)
    }

    /// Minutes since midnight of `HH:MM`, 24:00 included; nil for anything else.
    package static func minutes(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        let digits = [0, 1, 3, 4]
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[$0]) })
        else { return nil }
        let values = digits.map { Int(bytes[$0]) - 48 }
        let (hour, minute) = (values[0] * 10 + values[1], values[2] * 10 + values[3])
        guard minute < 60, hour < 24 || (hour == 24 && minute == 0) else { return nil }
        return hour * 60 + minute
    }

    /// `HH:MM`.
    package static func text(_ minutes: Int) -> String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return two(minutes / 60) + ":" + two(minutes % 60)
    }
}
