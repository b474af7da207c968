import Foundation
import Synchronization

/// How one language writes dates, numbers and amounts.
///
/// Making a formatter takes far longer than using it, so each is made once for all recipients.
final class MergeLanguage: Sendable {
    private enum Format: Sendable {
        case date(Date.FormatStyle)
        case pattern(Date.VerbatimFormatStyle)
        case number(FloatingPointFormatStyle<Double>)
        case currency(FloatingPointFormatStyle<Double>.Currency)
        case percent(FloatingPointFormatStyle<Double>.Percent)
    }

    /// Languages and formats that are kept; contacts and templates choose them, so there is a bound.
    private static let most = 500
    private static let known = Mutex<[[UInt8]: MergeLanguage]>([:])
    private static let codes = Set(Locale.availableIdentifiers.map { $0.prefix { $0 != "_" && $0 != "-" }.lowercased() })

    private let locale: Locale
    private let plural: PluralRule
    private let formats = Mutex<[MergeFilter: Format]>([:])

    private init(_ tag: String) {
        locale = Locale(identifier: tag)
        plural = PluralRule(language: tag.prefix { $0 != "-" }.lowercased())
    }

    /// The language of a tag such as `lt` or `pt-BR`; the other one when there is no such language.
    static func named(_ tag: [UInt8], otherwise: String) -> MergeLanguage {
        if let language = known.withLock({ $0[tag] }) { return language }
        let text = valid(String(decoding: tag, as: UTF8.self)) ?? valid(otherwise) ?? "en"
        return known.withLock { known in
            let language = known[Array(text.utf8)] ?? MergeLanguage(text)
            if known.count >= most { known.removeAll() }
            known[Array(text.utf8)] = language
            // What is no language means whatever each campaign says.
            if valid(String(decoding: tag, as: UTF8.self)) != nil { known[tag] = language }
            return language
        }
    }

    private static func valid(_ tag: String) -> String? {
        let tag = tag.replacing("_", with: "-").trimmedOfBlanks
        guard (2...35).contains(tag.utf8.count), tag.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || isAlphanumeric($0) }) else { return nil }
        return codes.contains(tag.prefix { $0 != "-" }.lowercased()) ? tag : nil
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }

    /// The value as a filter writes it; unchanged when it is no date or number.
    func apply(_ filter: MergeFilter, to value: [UInt8]) -> [UInt8] {
        if case .plural(let forms) = filter {
            guard let number = MergeNumber.parse(value) else { return value }
            let form = forms[plural.form(of: number, forms.count)]
            return Array(form.replacing("{}", with: String(decoding: value, as: UTF8.self)).utf8)
        }
        if case .date = filter {
            guard let date = MergeDate.parse(value) else { return value }
            switch format(filter) {
            case .date(let style): return Array(style.format(date).utf8)
            case .pattern(let style): return Array(style.format(date).utf8)
            default: return value
            }
        }
        guard let number = MergeNumber.parse(value) else { return value }
        switch format(filter) {
        case .number(let style): return Array(style.format(number).utf8)
        case .currency(let style): return Array(style.format(number).utf8)
        case .percent(let style): return Array(style.format(number).utf8)
        default: return value
        }
    }

    private func format(_ filter: MergeFilter) -> Format? {
        formats.withLock { formats in
            if let format = formats[filter] { return format }
            if formats.count >= Self.most { formats.removeAll() }
            let format = makeFormat(filter)
            formats[filter] = format
            return format
        }
    }

    private func makeFormat(_ filter: MergeFilter) -> Format? {
        switch filter {
        case .date(.style(let style)): .date(Self.dateStyle(style, locale))
        case .date(.pattern(let parts)): .pattern(DatePattern.style(parts, locale: locale))
        case .number(let decimals): .number(.init(locale: locale).precision(Self.precision(decimals, most: 3)))
        case .currency(let code): .currency(.init(code: code, locale: locale))
        case .percent(let decimals): .percent(.init(locale: locale).precision(Self.precision(decimals, most: 0)))
        default: nil
        }
    }

    private static func precision(_ decimals: Int?, most: Int) -> NumberFormatStyleConfiguration.Precision {
        decimals.map { .fractionLength($0) } ?? .fractionLength(0...most)
    }

    private static func dateStyle(_ style: MergeDateFormat.Style, _ locale: Locale) -> Date.FormatStyle {
        let date: Date.FormatStyle.DateStyle =
            switch style {
            case .short: .numeric
            case .medium: .abbreviated
            case .long: .long
            case .full: .complete
            }
        return Date.FormatStyle(date: date, time: .omitted, locale: locale, calendar: Calendar(identifier: .gregorian), timeZone: .gmt)
    }
}
