/// A selector, rightmost compound first.
package struct Selector: Sendable, Equatable {
    /// How a compound is related to the one on its right.
    enum Combinator: Sendable, Equatable {
        case descendant
        case child
        case adjacent
        case sibling
    }

    /// A compound, and how it is related to the one before it in `compounds`.
    struct Part: Sendable, Equatable {
        var compound: Compound
        var combinator: Combinator
    }

    /// What an element itself has to be.
    struct Compound: Sendable, Equatable {
        /// In lower case; nil for any.
        var type: String?
        var identifiers: [String] = []
        var classes: [String] = []
        var attributes: [AttributeTest] = []
        var structure: [StructuralTest] = []
        var negations: [[Compound]] = []
    }

    var subject: Compound
    /// From right to left.
    var ancestry: [Part]
    package internal(set) var specificity: Specificity
    /// Whether it depends on something that a mail's source does not tell, such as `:hover`.
    ///
    /// What is matched is the selector without that.
    package internal(set) var isDynamic: Bool
    /// Whether it selects a pseudo-element and so never the element itself.
    package internal(set) var selectsPseudoElement: Bool
}

/// What became of the text of a selector.
package enum SelectorParseResult: Sendable, Equatable {
    case selector(Selector)
    /// Perhaps valid, but beyond what is matched here.
    case unsupported
    case invalid
}

/// A test of an attribute.
struct AttributeTest: Sendable, Equatable {
    enum Relation: Sendable, Equatable {
        case exists
        case equals
        /// `~=`
        case includes
        /// `|=`
        case dash
        /// `^=`
        case prefix
        /// `$=`
        case suffix
        /// `*=`
        case substring
    }

    /// In lower case.
    var name: String
    var relation: Relation
    var value: String
    var ignoresCase: Bool
}

/// A test of an element's place.
enum StructuralTest: Sendable, Equatable {
    case root
    case empty
    case nth(NthExpression, fromEnd: Bool, ofType: Bool)
}

/// How strongly a selector counts: identifiers, then classes and the like, then types.
package struct Specificity: Sendable, Equatable, Comparable {
    var identifiers = 0
    var classes = 0
    var types = 0

    package static func < (left: Specificity, right: Specificity) -> Bool {
        (left.identifiers, left.classes, left.types) < (right.identifiers, right.classes, right.types)
    }
}
