import HTML

/// What the stages work on.
struct CompileContext {
    /// More issues of one kind are not told one by one.
    private static let issuesOfOneKind = 50

    let source: TemplateSource
    let options: CompileOptions
    var report = CompileReport()
    /// Why the template is refused.
    private(set) var errors: [CompileIssue] = []

    /// The HTML; nil when there is none.
    var document: HTMLDocument? {
        didSet { positions = document.map { SourcePositions($0.source) } }
    }
    /// What is changed in the HTML.
    var edits = SourceEdits()
    /// Elements that style rules hide.
    var hidden: Set<Int> = []
    /// What the markers of the edits stand for.
    private(set) var slots: [Segment] = []
    private(set) var fields: [String] = []
    var links: [LinkTarget] = []
    /// What a link is in the text part, by the offset of its tag.
    var textLinks: [Int: TextLink] = [:]

    var subject: [Segment] = []
    var html: [Segment]?
    var text: [Segment] = []

    private var positions: SourcePositions?
    private var counts: [String: Int] = [:]
    private var fieldPlaces: [String: Int] = [:]
    private var variables: Set<String> = []

    init(source: TemplateSource, options: CompileOptions) {
        self.source = source
        self.options = options
    }

    /// A marker that stands for a segment.
    mutating func marker(_ segment: Segment) -> SourceEdits.Piece {
        slots.append(segment)
        return .marker(slots.count - 1)
    }

    /// The place of a field among the program's.
    mutating func place(ofField name: String) -> Int {
        if let place = fieldPlaces[name] { return place }
        fieldPlaces[name] = fields.count
        fields.append(name)
        return fields.count - 1
    }

    /// Remembers that a tag is used.
    mutating func note(_ tag: MergeTag) {
        if variables.insert(tag.key).inserted { report.metrics.mergeVariables.append(tag.key) }
    }

    /// Reports why the template is refused.
    mutating func refuse(_ issue: CompileIssue) {
        if isTold(issue) { errors.append(issue) }
    }

    /// Reports what stands against sending.
    mutating func block(_ issue: CompileIssue) {
        if isTold(issue) { report.blockers.append(issue) }
    }

    /// Reports what the author should know.
    mutating func warn(_ issue: CompileIssue) {
        if isTold(issue) { report.warnings.append(issue) }
    }

    private mutating func isTold(_ issue: CompileIssue) -> Bool {
        counts[issue.code, default: 0] += 1
        return counts[issue.code, default: 0] <= Self.issuesOfOneKind
    }

    /// An issue at a place of the HTML.
    func issue(_ code: String, _ message: String, at offset: Int) -> CompileIssue {
        let position = positions?.position(at: offset)
        return CompileIssue(code, message, part: .html, line: position?.line, column: position?.column)
    }
}

/// What a link is in the text part.
struct TextLink {
    /// Its address; empty when it is not shown.
    let address: [Segment]
    /// The address as people write it, to tell whether the link's text says it already.
    let spelled: String

    /// Columns that it is likely to take.
    var columns: Int {
        address.reduce(0) { sum, segment in
            switch segment {
            case .literal(let text): sum + DisplayWidth.of(text)
            // Tokens are longer than any line.
            case .trackedLink, .unsubscribeURL, .openPixelURL: sum + PlainText.width
            case .field: sum + 12
            }
        }
    }

    /// Whether it depends on the recipient.
    var hasFields: Bool {
        address.contains { if case .field = $0 { true } else { false } }
    }

    /// Whether the address leads through the tracking domain.
    var isTracked: Bool {
        address.contains { if case .trackedLink = $0 { true } else { false } }
    }
}
