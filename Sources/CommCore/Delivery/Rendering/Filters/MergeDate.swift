import FoundationEssentials

/// Dates as they stand in contacts: ISO 8601, with or without a time.
enum MergeDate {
    /// The day and the time of day as they are written, whatever zone they are of; nil when it is no date.
    static func parse(_ bytes: [UInt8]) -> Date? {
        guard (10...40).contains(bytes.count), bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            (1...12).contains(month), day >= 1, day <= length(ofMonth: month, year)
        else { return nil }
        let days = daysSince1970(year, month, day)
        guard bytes.count > 10 else { return Date(timeIntervalSince1970: Double(days * 86_400)) }
        guard let seconds = secondsOfDay(bytes[10...]) else { return nil }
        return Date(timeIntervalSince1970: Double(days * 86_400 + seconds))
    }

    /// The seconds of `T08:30` or `T08:30:59.5+02:00`.
    private static func secondsOfDay(_ text: ArraySlice<UInt8>) -> Int? {
        let text = Array(text)
        guard text.count >= 6, text[0] == UInt8(ascii: "T") || text[0] == 0x20, text[3] == UInt8(ascii: ":"),
            let hour = number(text[1..<3]), let minute = number(text[4..<6]), hour < 24, minute < 60
        else { return nil }
        var second = 0
        var rest = text[6...]
        if rest.first == UInt8(ascii: ":") {
            guard rest.count >= 3, let value = number(rest.dropFirst().prefix(2)), value <= 60 else { return nil }
            second = min(value, 59)
            rest = rest.dropFirst(3)
        }
        guard rest.allSatisfy({ (0x30...0x39).contains($0) || "+-:.Z".utf8.contains($0) }) else { return nil }
        return hour * 3_600 + minute * 60 + second
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int(digit - 0x30)
        }
        return value
    }

    private static func length(ofMonth month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days of the Gregorian calendar, the year counted from March so that a leap day is its last.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return 365 * year + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }
}
