/// How an element stands in the text.
enum TextRole {
    /// In the line.
    case running
    /// On lines of its own.
    case block
    /// With blank lines around.
    case paragraph
    /// Not at all.
    case unseen

    /// The role of an element by its name.
    static func of(_ name: String) -> TextRole { all[name] ?? .running }

    private static let all: [String: TextRole] = {
        var all: [String: TextRole] = [:]
        let names: [(TextRole, String)] = [
            (
                .paragraph,
                "p h1 h2 h3 h4 h5 h6 ul ol dl blockquote pre table hr figure article section header footer main nav aside address form fieldset"
            ),
            (.block, "div li dt dd tr caption center figcaption body html tbody thead tfoot details summary option legend"),
            (
                .unseen,
                "head style script title template object applet iframe canvas svg math select textarea datalist noembed noframes"
            ),
        ]
        for (role, names) in names { for name in names.split(separator: " ") { all[String(name)] = role } }
        return all
    }()
}
