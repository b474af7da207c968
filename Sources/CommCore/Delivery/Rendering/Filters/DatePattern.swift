import Foundation

/// Makes formatters of date patterns.
enum DatePattern {
    /// A formatter that writes the parts in a language.
    static func style(_ parts: [MergeDateFormat.Part], locale: Locale) -> Date.VerbatimFormatStyle {
        var format = Date.FormatString.StringInterpolation(literalCapacity: 0, interpolationCount: parts.count)
        for part in parts {
            switch part {
            case .text(let text): format.appendLiteral(text)
            case .field(let letter, let count): append(letter, count, &format)
            }
        }
        return Date.VerbatimFormatStyle(
            format: Date.FormatString(stringInterpolation: format),
            locale: locale,
            timeZone: .gmt,
            calendar: Calendar(identifier: .gregorian)
        )
    }

    private static func append(_ letter: Character, _ count: Int, _ format: inout Date.FormatString.StringInterpolation) {
        switch letter {
        case "y": format.appendInterpolation(year: count == 2 ? .twoDigits : count == 1 ? .defaultDigits : .padded(count))
        case "M": format.appendInterpolation(month: month(count))
        case "L": format.appendInterpolation(standaloneMonth: standaloneMonth(count))
        case "d": format.appendInterpolation(day: count == 1 ? .defaultDigits : .twoDigits)
        case "E": format.appendInterpolation(weekday: count == 4 ? .wide : .abbreviated)
        case "H": format.appendInterpolation(hour: hour(count, .twentyFourHour, .zeroBased))
        case "h": format.appendInterpolation(hour: hour(count, .twelveHour, .oneBased))
        case "m": format.appendInterpolation(minute: count == 1 ? .defaultDigits : .twoDigits)
        case "s": format.appendInterpolation(second: count == 1 ? .defaultDigits : .twoDigits)
        case "a": format.appendInterpolation(dayPeriod: .standard(.abbreviated))
        default: return
        }
    }

    private static func month(_ count: Int) -> Date.FormatStyle.Symbol.Month {
        switch count {
        case 1: .defaultDigits
        case 2: .twoDigits
        case 3: .abbreviated
        default: .wide
        }
    }

    private static func standaloneMonth(_ count: Int) -> Date.FormatStyle.Symbol.StandaloneMonth {
        switch count {
        case 1: .defaultDigits
        case 2: .twoDigits
        case 3: .abbreviated
        default: .wide
        }
    }

    private static func hour(
        _ count: Int,
        _ clock: Date.FormatStyle.Symbol.VerbatimHour.Clock,
        _ cycle: Date.FormatStyle.Symbol.VerbatimHour.HourCycle
    ) -> Date.FormatStyle.Symbol.VerbatimHour {
        count == 1 ? .defaultDigits(clock: clock, hourCycle: cycle) : .twoDigits(clock: clock, hourCycle: cycle)
    }
}
