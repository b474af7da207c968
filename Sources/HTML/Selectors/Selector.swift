/// A selector: a range of tests, the rightmost compound first, and how strongly it counts.
struct Selector: Sendable, Equatable {
    let tests: Range<Int>
    let specificity: Specificity
    /// Whether it depends on something that a mail's source does not tell, such as `:hover`.
    ///
    /// What is matched is the selector without that.
    let isDynamic: Bool
    /// Of a selector that is dynamic by `:link` or `:visited` alone: which of them.
    let linkState: LinkState?
    /// Whether it selects a pseudo-element and so never the element itself.
    let selectsPseudoElement: Bool
}

/// Whether a link was followed, which a mail's source does not tell.
enum LinkState: Sendable, Equatable {
    case link
    case visited
}

/// What became of the text of a selector.
enum SelectorParseResult: Sendable, Equatable {
    case selector(Selector)
    /// Perhaps valid, but beyond what is matched here.
    case unsupported
    case invalid
}

/// One thing that a selector asks of an element; names are numbers of the tests' table.
enum SelectorTest: Sendable, Equatable {
    case type(HTMLName)
    /// A type that has no number of its own.
    case typeName(Int32)
    case identifier(Int32)
    case className(Int32)
    /// By place in `SelectorStore.attributes`.
    case attribute(Int32)
    /// Any link, followed or not.
    case link
    case root
    case empty
    case nth(NthExpression, fromEnd: Bool, ofType: Bool)
    /// Whether one of a list of selectors fits, or none; by place in `SelectorStore.lists`.
    case anyOf(Int32)
    case noneOf(Int32)
    /// What follows is asked of another element.
    case combinator(SelectorCombinator)
}

/// How a compound is related to the one on its right.
enum SelectorCombinator: Sendable, Equatable {
    case descendant
    case child
    case adjacent
    case sibling
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
    var name: [UInt8]
    var relation: Relation
    var value: [UInt8]
    var ignoresCase: Bool
}

/// The tests of all selectors of a document.
struct SelectorStore: Sendable {
    /// Whether names of classes and identifiers match in any letter case.
    let isQuirks: Bool
    var tests: [SelectorTest] = []
    var attributes: [AttributeTest] = []
    var lists: [[Range<Int>]] = []
    var names = NameTable.empty

    /// Room for the parser.
    var scratch: [SelectorTest] = []

    /// No tests.
    static let empty = SelectorStore(isQuirks: false)

    init(isQuirks: Bool) {
        self.isQuirks = isQuirks
    }
}

/// How strongly a selector counts: identifiers, then classes and the like, then types.
struct Specificity: Sendable, Equatable, Comparable {
    var identifiers = 0
    var classes = 0
    var types = 0

    /// As one number that compares likewise.
    var weight: UInt64 {
        UInt64(min(identifiers, 1023)) << 20 | UInt64(min(classes, 1023)) << 10 | UInt64(min(types, 1023))
    }

    static func < (left: Specificity, right: Specificity) -> Bool { left.weight < right.weight }

    static func + (left: Specificity, right: Specificity) -> Specificity {
        Specificity(
            identifiers: left.identifiers + right.identifiers,
            classes: left.classes + right.classes,
            types: left.types + right.types
        )
    }
}
