import FoundationEssentials

/// The date of a mail header (RFC 5322 §3.3); written in UTC.
package enum MailDate {
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// The form `Sat, 21 Nov 2026 01:23:18 +0000`.
    static func format(_ date: Date) -> String {
        let seconds = Int(date.timeIntervalSince1970.rounded(.down))
        let days = floorDivide(seconds, 86_400)
        let (year, month, day) = civil(fromDays: days)
        let second = seconds - days * 86_400
        let time = [second / 3600, second / 60 % 60, second % 60].map(twoDigits).joined(separator: ":")
        let weekday = weekdays[(days % 7 + 7) % 7]
        return "\(weekday), \(twoDigits(day)) \(months[month - 1]) \(year) \(time) +0000"
    }

    /// Reads a date with or without weekday, seconds and comments; nil for any other text and for years that no mail has.
    package static func parse(_ text: String) -> Date? {
        let words = text.prefix(100).prefix { $0 != "(" }.split { " ,\t".contains($0) }.map { ASCIIClass.lowercased(String($0)) }
        guard let place = words.prefix(2).firstIndex(where: { (1...31).contains(Int($0) ?? 0) }), words.count >= place + 4 else {
            return nil
        }
        guard let day = Int(words[place]), let year = year(words[place + 2]),
            let month = months.firstIndex(where: { ASCIIClass.lowercased($0) == words[place + 1].prefix(3) })
        else { return nil }
        let clock = words[place + 3].split(separator: ":", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
        guard (2...3).contains(clock.count), (0...23).contains(clock[0]), (0...59).contains(clock[1]), (0...60).contains(clock.last ?? 0)
        else { return nil }
        let zone = words.count > place + 4 ? offset(words[place + 4]) : 0
        let seconds = clock[0] * 3600 + clock[1] * 60 + (clock.count == 3 ? clock[2] : 0)
        return Date(timeIntervalSince1970: Double(days(year, month + 1, day) * 86_400 + seconds - zone))
    }

    /// Two digits are of the years 1950 to 2049 (RFC 5322 §4.3).
    private static func year(_ text: String) -> Int? {
        guard text.count == 2 || text.count == 4, let number = Int(text), number >= 0 else { return nil }
        let year = text.count == 4 ? number : number < 50 ? 2000 + number : 1900 + number
        return (1970...9999).contains(year) ? year : nil
    }

    /// Seconds east of UTC; names of zones but the American ones are read as UTC, as RFC 5322 §4.3 asks.
    private static func offset(_ zone: String) -> Int {
        if let sign = zone.first, sign == "+" || sign == "-", zone.count == 5, let number = Int(zone.dropFirst()) {
            return (number / 100 * 3600 + number % 100 * 60) * (sign == "-" ? -1 : 1)
        }
        let american = ["edt": -4, "est": -5, "cdt": -5, "cst": -6, "mdt": -6, "mst": -7, "pdt": -7, "pst": -8]
        return (american[zone] ?? 0) * 3600
    }

    /// Days since 1970-01-01 of a proleptic Gregorian date.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = floorDivide(shifted, 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

    private static func floorDivide(_ value: Int, _ by: Int) -> Int {
        value >= 0 ? value / by : -((by - 1 - value) / by)
    }

    /// Proleptic Gregorian date of a day number counted from 1970-01-01; eras of 400 years start on 1 March.
    private static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}
