import HTTPTypes

/// A language that pages for recipients are written in.
enum PageLanguage: String, Sendable, CaseIterable {
    case english = "en"
    case german = "de"
    case french = "fr"
    case spanish = "es"
    case italian = "it"
    case portuguese = "pt"
    case dutch = "nl"
    case polish = "pl"
    case lithuanian = "lt"

    /// By a language tag such as `pt-BR`; nil when it is none of these.
    init?(tag: String?) {
        guard let code = tag?.lowercased().split(whereSeparator: { $0 == "-" || $0 == "_" }).first,
            let language = PageLanguage(rawValue: String(code))
        else { return nil }
        self = language
    }

    /// What the client likes best of these (RFC 9110, 12.5.4); English when it likes none.
    init(_ headers: HTTPFields) {
        var best: (language: PageLanguage, quality: Double)?
        for entry in (headers[.acceptLanguage] ?? "").split(separator: ",").prefix(20) {
            let parts = entry.split(separator: ";")
            guard let tag = parts.first, let language = PageLanguage(tag: tag.filter { !$0.isWhitespace }) else { continue }
            let weight = parts.dropFirst().first.map { $0.filter { !$0.isWhitespace } }
            let quality = weight.flatMap { $0.hasPrefix("q=") ? Double($0.dropFirst(2)) : nil } ?? 1
            if quality > 0, quality > best?.quality ?? 0 { best = (language, quality) }
        }
        self = best?.language ?? .english
    }

    /// The language's own name.
    var name: String {
        switch self {
        case .english: "English"
        case .german: "Deutsch"
        case .french: "Français"
        case .spanish: "Español"
        case .italian: "Italiano"
        case .portuguese: "Português"
        case .dutch: "Nederlands"
        case .polish: "Polski"
        case .lithuanian: "Lietuvių"
        }
    }

    var texts: PageTexts {
        switch self {
        case .english: .english
        case .german: .german
        case .french: .french
        case .spanish: .spanish
        case .italian: .italian
        case .portuguese: .portuguese
        case .dutch: .dutch
        case .polish: .polish
        case .lithuanian: .lithuanian
        }
    }
}
