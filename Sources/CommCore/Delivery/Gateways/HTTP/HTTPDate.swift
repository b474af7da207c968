import FoundationEssentials

/// The date of HTTP and of mail, in its one form that is still written: `Fri, 02 Jan 2026 03:04:05 GMT` (RFC 9110 §5.6.7).
enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// The first such date in a text; nil when there is none.
    static func date(from text: String) -> Date? {
        let words = text.split(separator: " ")
        for start in words.indices where start + 3 < words.count {
            if let date = date(words[start..<start + 4]) { return date }
        }
        return nil
    }

    /// Day, month, year, time.
    private static func date(_ words: ArraySlice<Substring>) -> Date? {
        let words = Array(words)
        guard let day = Int(words[0]), (1...31).contains(day), let month = months.firstIndex(of: String(words[1])),
            words[2].count == 4, let year = Int(words[2])
        else { return nil }
        let time = words[3].split(separator: ":").map { Int($0.prefix(2)) ?? -1 }
        guard time.count == 3, (0..<24).contains(time[0]), (0..<60).contains(time[1]), (0...60).contains(time[2]) else { return nil }
        let days = daysSince1970(year: year, month: month + 1, day: day)
        return Date(timeIntervalSince1970: TimeInterval(days * 86_400 + time[0] * 3600 + time[1] * 60 + time[2]))
    }

    /// Days of the proleptic Gregorian calendar, with years that begin in March so that the leap day comes last.
    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
