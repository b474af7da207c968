/// A change that a merge tag makes to its value before it is escaped.
package enum MergeFilter: Sendable, Hashable {
    /// Stands for a missing or empty value.
    case fallback(String)
    case upper
    case lower
    /// The first letter in upper case.
    case capitalize
    /// The first letter of each word in upper case.
    case title
    case trim
    /// At most so many characters, the last of them an ellipsis when something was cut off.
    case truncate(Int)
    case date(MergeDateFormat)
    /// With so many decimals; nil for as many as there are, up to three.
    case number(Int?)
    /// An amount in a currency of ISO 4217.
    case currency(String)
    /// A share of 1 as percent.
    case percent(Int?)
    /// The form of a sentence for a number, `{}` in it standing for the number.
    case plural([String])

    /// Whether a word is a filter's name.
    static func isName(_ word: String) -> Bool {
        names.contains(word)
    }

    private static let names: Set<String> = [
        "default", "upper", "lower", "capitalize", "title", "trim", "truncate", "date", "number", "currency", "percent", "plural",
    ]

    /// The filter that a call means.
    package init(name: String, arguments: [String]) throws(MergeSyntaxError) {
        switch (name, arguments.count) {
        case ("default", 1): self = .fallback(arguments[0])
        case ("upper", 0): self = .upper
        case ("lower", 0): self = .lower
        case ("capitalize", 0): self = .capitalize
        case ("title", 0): self = .title
        case ("trim", 0): self = .trim
        case ("truncate", 1): self = .truncate(try Self.whole(arguments[0], in: 1...1_000, of: name))
        case ("date", 0): self = .date(.style(.medium))
        case ("date", 1): self = .date(try MergeDateFormat(arguments[0]))
        case ("number", 0): self = .number(nil)
        case ("number", 1): self = .number(try Self.whole(arguments[0], in: 0...10, of: name))
        case ("currency", 1): self = .currency(try Self.currencyCode(arguments[0]))
        case ("percent", 0): self = .percent(nil)
        case ("percent", 1): self = .percent(try Self.whole(arguments[0], in: 0...10, of: name))
        case ("plural", 2...3): self = .plural(arguments)
        default: throw Self.unsuitable(name, arguments.count)
        }
    }

    private static func unsuitable(_ name: String, _ count: Int) -> MergeSyntaxError {
        guard isName(name) else { return MergeSyntaxError(.unknownFilter, "there is no filter \(name.prefix(40))") }
        let wanted =
            switch name {
            case "default": "one text, as in default:\"there\""
            case "truncate": "a number of characters, as in truncate:20"
            case "currency": "a currency, as in currency:\"EUR\""
            case "plural": "two or three texts, as in plural:\"one item\",\"{} items\""
            case "date": "at most one format, as in date:\"d MMMM yyyy\""
            case "number", "percent": "at most a number of decimals, as in \(name):2"
            default: "nothing behind it"
            }
        return MergeSyntaxError(.invalidTag, "the filter \(name) takes \(wanted)")
    }

    private static func whole(_ text: String, in range: ClosedRange<Int>, of name: String) throws(MergeSyntaxError) -> Int {
        guard let value = Int(text), range.contains(value) else {
            throw MergeSyntaxError(.invalidTag, "the filter \(name) takes a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    private static func currencyCode(_ text: String) throws(MergeSyntaxError) -> String {
        guard text.utf8.count == 3, text.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
            throw MergeSyntaxError(.invalidTag, "a currency is three capital letters, as in currency:\"EUR\"")
        }
        return text
    }

    /// Whether what it makes depends on the recipient's language.
    package var needsLanguage: Bool {
        switch self {
        case .date, .number, .currency, .percent, .plural: true
        default: false
        }
    }
}

extension MergeFilter: Codable {
    /// Name and arguments, as in `["truncate", "20"]`.
    var call: [String] {
        switch self {
        case .fallback(let text): ["default", text]
        case .upper: ["upper"]
        case .lower: ["lower"]
        case .capitalize: ["capitalize"]
        case .title: ["title"]
        case .trim: ["trim"]
        case .truncate(let count): ["truncate", String(count)]
        case .date(let format): ["date", format.description]
        case .number(let decimals): ["number"] + (decimals.map { [String($0)] } ?? [])
        case .currency(let code): ["currency", code]
        case .percent(let decimals): ["percent"] + (decimals.map { [String($0)] } ?? [])
        case .plural(let forms): ["plural"] + forms
        }
    }

    package init(from decoder: any Decoder) throws {
        let call = try decoder.singleValueContainer().decode([String].self)
        do {
            try self.init(name: call.first ?? "", arguments: Array(call.dropFirst()))
        } catch let error {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: error.message))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(call)
    }
}
