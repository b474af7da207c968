/// What a page for recipients says.
///
/// It is the same for all of them: a heading, some sentences, at most one button.
struct PublicPage: Sendable {
    struct Button: Sendable {
        let label: String
        /// The form field that is sent.
        let name: String
        let value: String
    }

    let heading: String
    var sentences: [String] = []
    var points: [String] = []
    var button: Button?
    /// Said below the button.
    var afterword: String?
}
