import FoundationEssentials

/// Reads the time at which a campaign is to start.
///
/// ISO 8601 with the freedom that clients take: a date alone, seconds and fractions or not, a blank or `T` in the middle, `Z`, `+02`,
/// `+02:00`, `+0200` or no zone (then UTC), quotes around the whole. Exact to the second.
package enum ScheduledTime {
    /// The moment that a text names; nil when it names none.
    package static func date(from text: String) -> Date? {
        var reader = Reader(text: trimmed(text))
        guard let days = reader.date() else { return nil }
        guard !reader.isAtEnd else { return date(days: days, seconds: 0) }
        guard reader.accept("T") || reader.accept("t") || reader.accept(" "), let seconds = reader.time() else { return nil }
        _ = reader.accept(" ")
        guard let offset = reader.zone(), reader.isAtEnd else { return nil }
        return date(days: days, seconds: seconds - offset)
    }

    private static func date(days: Int, seconds: Int) -> Date {
        Date(timeIntervalSince1970: Double(days * 86_400 + seconds))
    }

    private static func trimmed(_ text: String) -> Substring {
        var text = Substring(text)
        let isEdge: (Character) -> Bool = { $0.isWhitespace || $0 == "\"" || $0 == "'" }
        text = text.drop(while: isEdge)
        while let last = text.last, isEdge(last) { text.removeLast() }
        return text
    }
}

/// Takes a time apart from left to right.
private struct Reader {
    private var rest: Substring.UTF8View

    init(text: Substring) {
        rest = text.utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func accept(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    /// `2026-01-02` as days since 1970-01-01.
    mutating func date() -> Int? {
        guard let year = number(digits: 4, in: 1970...9999), accept("-"),
            let month = number(digits: 2, in: 1...12), accept("-"),
            let day = number(digits: 2, in: 1...Self.lastDay(of: month, year: year))
        else { return nil }
        return Self.days(year: year, month: month, day: day)
    }

    /// `03:04`, `03:04:05` or `03:04:05.678` as seconds since midnight.
    mutating func time() -> Int? {
        guard let hour = number(digits: 2, in: 0...23), accept(":"), let minute = number(digits: 2, in: 0...59) else { return nil }
        var second = 0
        if accept(":") {
            guard let value = number(digits: 2, in: 0...59) else { return nil }
            second = value
            if accept("."), !skipDigits() { return nil }
        }
        return hour * 3600 + minute * 60 + second
    }

    /// Seconds east of UTC; 0 when there is no zone.
    mutating func zone() -> Int? {
        if isAtEnd || accept("Z") || accept("z") { return 0 }
        let isEast = accept("+")
        guard isEast || accept("-"), let hours = number(digits: 2, in: 0...23) else { return nil }
        var minutes = 0
        if accept(":") || !isAtEnd {
            guard let value = number(digits: 2, in: 0...59) else { return nil }
            minutes = value
        }
        return (isEast ? 1 : -1) * (hours * 3600 + minutes * 60)
    }

    private mutating func number(digits: Int, in range: ClosedRange<Int>) -> Int? {
        guard rest.count >= digits else { return nil }
        var value = 0
        for byte in rest.prefix(digits) {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        rest.removeFirst(digits)
        return range.contains(value) ? value : nil
    }

    private mutating func skipDigits() -> Bool {
        let before = rest.count
        rest = rest.drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return rest.count < before
    }

    private static func lastDay(of month: Int, year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 in the Gregorian calendar; March is the first month, so that the leap day is the last of its year.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }
}
