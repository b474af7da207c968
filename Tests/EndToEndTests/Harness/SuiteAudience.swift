/// A contact file with everything that happens in one.
enum SuiteAudience {
    static let people = 259
    static let bouncing = 12
    static let complaining = 8
    static let deferring = 4
    static let duplicates = 10
    static let bad = ["no-at-sign", "two@@ats.example", "@nobody.example", "trailing.dot@", "spaces in@it.example"]
    static let suppressed = "suppressed@crowd.example"
    static let unsubscribed = "left@crowd.example"

    /// Rows of the file without its header.
    static var rows: Int { good + duplicates + bad.count }
    /// Different good addresses.
    static var good: Int { people + bouncing + complaining + deferring + 2 }
    /// Those who may be mailed.
    static var mailable: Int { good - 2 }

    static var csv: String {
        var addresses = (0..<people).map { "person\($0)@crowd.example" }
        addresses += (0..<bouncing).map { "bounce\($0)@crowd.example" }
        addresses += (0..<complaining).map { "complain\($0)@crowd.example" }
        addresses += (0..<deferring).map { "defer\($0)@crowd.example" }
        addresses += [suppressed, unsubscribed]
        addresses += (0..<duplicates).map { "PERSON\($0)@Crowd.example" }
        addresses += bad
        return crowd(addresses)
    }

    /// A file of people without any trouble.
    static func people(_ count: Int) -> String {
        crowd((0..<count).map { "person\($0)@crowd.example" })
    }

    private static func crowd(_ addresses: [String]) -> String {
        "email,name\n" + addresses.enumerated().map { "\($1),\"Person, \($0)\"\n" }.joined()
    }
}
