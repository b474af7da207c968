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

    /// The HTML with its block tags masked; nil when there is none.
    var document: HTMLDocument?
    /// The bytes of the HTML as the author wrote it.
    var sourceHTML: [UInt8] = [] {
        didSet { positions = SourcePositions(sourceHTML) }
    }
    /// What stands between double braces in the HTML.
    var occurrences: [MergeScanner.Occurrence] = []
    /// The block tags that are masked, by their places.
    var maskedBlocks: [Int: BlockTag] = [:]
    /// What is changed in the HTML.
    var edits = SourceEdits()
    /// Elements that style rules hide.
    var hidden: Set<Int> = []
    /// What the markers of the edits stand for.
    private(set) var slots: [Slot] = []
    private(set) var fields: [String] = []
    /// Whether dates or numbers are written in the recipient's language.
    var usesLanguage = false
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
        marker(Slot(piece: .segment(segment)))
    }

    /// A marker that stands for a piece of a block.
    mutating func marker(_ slot: Slot) -> SourceEdits.Piece {
        slots.append(slot)
        return .marker(slots.count - 1)
    }

    /// The place of a field among the program's.
    mutating func place(ofField name: String) -> Int {
        if let place = fieldPlaces[name] { return place }
        fieldPlaces[name] = fields.count
        fields.append(name)
        return fields.count - 1
    }

    /// Remembers that a name is used.
    mutating func note(_ key: String) {
        if variables.insert(key).inserted { report.metrics.mergeVariables.append(key) }
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

/// What a marker of the edits stands for.
struct Slot {
    let piece: BlockNester.Piece
    /// The place in the source, for problems.
    var offset = 0
    /// What it stands in: a block has to end where it began.
    var container = MergePlace.text
}

/// What a link is in the text part.
struct TextLink {
    /// Its address; empty when it is not shown.
    let address: [Segment]
    /// The address as people write it, to tell whether the link's text says it already.
    let spelled: String

    /// Whether it depends on the recipient.
    var hasFields = false

    /// Columns that it is likely to take.
    var columns: Int {
        address.reduce(0) { sum, segment in
            switch segment {
            case .literal(let text): sum + DisplayWidth.of(text)
            // Tokens are longer than any line.
            case .trackedLink, .unsubscribeURL, .webVersionURL, .preferencesURL, .openPixelURL: sum + PlainText.width
            case .field, .value, .condition, .loop: sum + 12
            }
        }
    }

    /// Whether the address leads through the tracking domain.
    var isTracked: Bool {
        address.contains { if case .trackedLink = $0 { true } else { false } }
    }
}
