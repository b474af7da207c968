/// What a page for recipients says: a heading, some sentences, at most one form.
struct PublicPage: Sendable {
    /// What is sent when its button is pressed.
    struct Form: Sendable {
        /// Sent as it is.
        var hidden: [(name: String, value: String)] = []
        var groups: [Group] = []
        var choice: Select?
        let button: String
    }

    /// Boxes or buttons of which one or several can be chosen.
    struct Group: Sendable {
        enum Kind: String, Sendable {
            case radio
            case checkbox
        }

        struct Option: Sendable {
            let name: String
            let value: String
            let label: String
            var isChosen = false
        }

        let legend: String?
        let kind: Kind
        let options: [Option]
    }

    /// One of many.
    struct Select: Sendable {
        let name: String
        let label: String
        let options: [(value: String, label: String, isChosen: Bool)]
    }

    /// A link to another page.
    struct Reference: Sendable {
        let path: String
        let label: String
    }

    let heading: String
    /// Said first, as what has just happened.
    var notice: String?
    var sentences: [String] = []
    var points: [String] = []
    var form: Form?
    /// Said below the form.
    var afterword: String?
    /// A second, smaller form below it.
    var secondForm: Form?
    var reference: Reference?
}
