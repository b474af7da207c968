import FoundationEssentials
import Synchronization

/// The `Date` header (RFC 9110, 6.6.1), made once a second.
final class HTTPDates: Sendable {
    private struct Known {
        var second: Int64 = .min
        var text = ""
    }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private let known = Mutex(Known())

    var now: String {
        let second = Int64(Date().timeIntervalSince1970)
        return known.withLock { known in
            if known.second != second { known = Known(second: second, text: Self.text(second)) }
            return known.text
        }
    }

    /// The second as RFC 9110 writes it.
    ///
    /// Days since 1970 become a date of the Gregorian calendar by the algorithm known as `civil_from_days`.
    static func text(_ second: Int64) -> String {
        let days = second / 86_400
        let time = second % 86_400
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let weekday = Self.days[Int((days + 4) % 7)]
        return "\(weekday), \(two(day)) \(months[Int(month - 1)]) \(year) \(two(time / 3_600)):\(two(time / 60 % 60)):\(two(time % 60)) GMT"
    }

    private static func two(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : String(number)
    }
}
