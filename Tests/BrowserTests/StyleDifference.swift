/// A property of an element that the compiled mail shows otherwise than the source.
struct StyleDifference: Decodable, CustomStringConvertible {
    let width: Int
    /// `hover`, `active`, `focus` or `visited`; empty for none.
    let state: String
    /// From the document's element down, with each one's place among its parent's children.
    let path: String
    let property: String
    let source: String
    let compiled: String

    var description: String {
        "\(width)px\(state.isEmpty ? "" : " :\(state)") \(path) \(property): \(source.prefix(120)) → \(compiled.prefix(120))"
    }
}
