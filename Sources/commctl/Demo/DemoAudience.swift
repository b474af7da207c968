/// The contacts of the demo's file: always the same ones, made from their number.
struct DemoAudience: Sendable {
    /// Rows of the file.
    let rows: Int

    /// An address that is on the suppression list before the file is imported.
    static let suppressed = "suppressed.before@example.org"

    /// An address whose owner has unsubscribed before the file is imported.
    static let unsubscribed = "unsubscribed.before@example.org"

    static let header = "email,name,phone,identity_type,identity_name,city\r\n"

    /// What row `index` of the file is for.
    func kind(of index: Int) -> Kind {
        switch index {
        case 3: .suppressed
        case 6: .unsubscribed
        case _ where index % 100 == 50: .duplicate
        case _ where index % 200 == 77: .malformed
        case _ where index % 333 == 9: .bouncing
        default: .ordinary
        }
    }

    /// Row `index` of the file, with its line end.
    func row(_ index: Int) -> String {
        // A duplicate is the row before it again, in other letters: one person all the same.
        let person = kind(of: index) == .duplicate ? index - 1 : index
        let company = person % 5 == 0
        let name = "\(Self.first[person % Self.first.count]) \(Self.last[person / 7 % Self.last.count])"
        let phone = person % 3 == 0 ? "+371 2\(1_000_000 + person % 9_000_000)" : ""
        let identity = company ? Self.companies[person / 5 % Self.companies.count] : ""
        let city = person % 4 == 0 ? "" : Self.cities[person % Self.cities.count]
        let fields = [email(of: index), name, phone, company ? "company" : "individual", identity, city]
        return fields.map(Self.quoted).joined(separator: ",") + "\r\n"
    }

    /// The address in row `index`.
    func email(of index: Int) -> String {
        let domain = Self.domains[index / 3 % Self.domains.count]
        return switch kind(of: index) {
        case .suppressed: Self.suppressed
        case .unsubscribed: Self.unsubscribed
        case .duplicate: email(of: index - 1).uppercased()
        case .malformed: Self.malformed[index / 200 % Self.malformed.count]
        case .bouncing: "bounce.\(index)@\(domain)"
        case .ordinary: "\(Self.local[index % Self.local.count]).\(index)@\(domain)"
        }
    }

    enum Kind: Sendable {
        case ordinary, duplicate, malformed, bouncing, suppressed, unsubscribed
    }

    private static func quoted(_ field: String) -> String {
        guard field.contains(where: { $0 == "," || $0 == "\"" }) else { return field }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    private static let local = ["anna", "janis", "maria", "peter", "zoe", "li", "amir", "nora", "oskar", "ines", "tom"]
    private static let first = ["Anna", "Jānis", "María", "Péter", "Zoë", "李", "Amir", "Nóra", "Oskar", "Inês", "Tom \"T\""]
    private static let last = ["Bērziņa", "Kalniņš", "García & Söhne", "O'Neill", "Nagy", "Müller", "Łukasik", "<Dubois>"]
    private static let domains = ["example.org", "example.com", "mail.example.net", "post.example.org", "example.net"]
    private static let cities = ["Rīga", "Kraków", "Lisboa", "Wien", "Göteborg", "Tartu", "Brno"]
    private static let companies = ["Baltic Timber, SIA", "Nordlicht GmbH", "Atelier \"Bleu\"", "Casa & Campo", "Fjord Supplies AS"]
    private static let malformed = ["no-at-sign.example.org", "two@@example.org", "@example.org", "spaces in@example.org", "name@"]
}
