/// A node of a parsed document.
///
/// Nodes refer to each other by their place in `HTMLDocument.nodes`.
package struct HTMLNode: Sendable {
    package enum Content: Sendable {
        case document
        case element(HTMLElement)
        /// With character references resolved.
        case text(String)
        /// With its place in the source; nil for what only the parser takes for a comment.
        case comment(start: Int?)
    }

    package let content: Content
    /// -1 for the document.
    package let parent: Int
    /// Behind the last node below this one: children follow their parent in `HTMLDocument.nodes`.
    package internal(set) var end: Int

    /// The element, if it is one.
    package var element: HTMLElement? {
        if case .element(let element) = content { element } else { nil }
    }
}

/// An element of a parsed document.
package struct HTMLElement: Sendable {
    /// In lower case.
    package let name: String
    /// Whether it belongs to HTML, and not to SVG or MathML.
    package let isHTML: Bool
    /// The start tag in the source; nil for an element that the parser made up, or made again from an earlier tag.
    package let tag: SourceTag?
    /// The start tag that its attributes come from; of a copy that the parser made, the tag of the original.
    package let markup: SourceTag?
    /// The end tag in the source, if it has one.
    package let endTag: Range<Int>?
    /// Place among the element children of its parent, counted from 0.
    package internal(set) var place: Int
    /// The element before it under the same parent; -1 for the first.
    package internal(set) var previous: Int
    /// How many element children its parent has.
    package internal(set) var siblings: Int
}
