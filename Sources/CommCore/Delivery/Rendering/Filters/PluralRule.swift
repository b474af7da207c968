/// Which form of a sentence a number takes in a language (Unicode CLDR, cardinal numbers).
enum PluralRule: Sendable {
    /// One, and everything else.
    case one
    /// Nothing and one, and everything else.
    case upToOne
    case polish
    case russian
    case lithuanian

    init(language: String) {
        switch language {
        case "fr", "pt": self = .upToOne
        case "pl": self = .polish
        case "ru", "uk", "be": self = .russian
        case "lt": self = .lithuanian
        default: self = .one
        }
    }

    /// The place of the form among so many: one, few if there are three, and the rest.
    func form(of number: Double, _ count: Int) -> Int {
        guard number == number.rounded(), abs(number) < 1e15 else { return count - 1 }
        let number = Int(abs(number))
        if isOne(number) { return 0 }
        return count > 2 && isFew(number) ? 1 : count - 1
    }

    private func isOne(_ number: Int) -> Bool {
        switch self {
        case .one, .polish: number == 1
        case .upToOne: number < 2
        case .russian: number % 10 == 1 && number % 100 != 11
        case .lithuanian: number % 10 == 1 && !(11...19).contains(number % 100)
        }
    }

    private func isFew(_ number: Int) -> Bool {
        switch self {
        case .one, .upToOne: false
        case .polish, .russian: (2...4).contains(number % 10) && !(12...14).contains(number % 100)
        case .lithuanian: number % 10 >= 2 && !(11...19).contains(number % 100)
        }
    }
}
