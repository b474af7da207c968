/// What selectors ask of elements, prepared once; names are numbers of the selectors' table, -1 for those that no selector holds.
struct ElementFacts: Sendable {
    private(set) var identifiers: [Int32]
    private(set) var typeNames: [Int32: Int32] = [:]
    private var classes: [Int32] = []
    private var firstClass: [Int32]

    /// Facts for each node of a document.
    init(_ tree: HTMLTree, _ source: SourceBytes, _ tests: SelectorStore) {
        identifiers = Array(repeating: -1, count: tree.records.count)
        firstClass = Array(repeating: 0, count: tree.records.count + 1)
        for number in tree.records.indices {
            let record = tree.records[number]
            if record.kind == .element {
                if record.name == .other { typeNames[Int32(number)] = Self.typeName(tree, number, tests) }
                if record.markup >= 0 {
                    add(tree.index, Int(record.markup), number, source, tests)
                } else if let tag = tree.tag(record.markup) {
                    SourceBytes.with(tag.index.source) { add(tag.index, tag.number, number, $0, tests) }
                }
            }
            firstClass[number + 1] = Int32(classes.count)
        }
    }

    /// The classes of an element that selectors know.
    @inline(__always)
    func classes(_ node: Int) -> ArraySlice<Int32> { classes[Int(firstClass[node])..<Int(firstClass[node + 1])] }

    private mutating func add(_ index: SourceIndex, _ tag: Int, _ node: Int, _ source: SourceBytes, _ tests: SelectorStore) {
        let identifier = index.attribute(.id, of: tag)
        if identifier >= 0, let value = index.value(identifier), !value.isEmpty {
            identifiers[node] = Self.read(value, source) { tests.names.known($0, $1, lowered: tests.isQuirks) }
        }
        let list = index.attribute(.class, of: tag)
        guard list >= 0, let value = index.value(list) else { return }
        Self.read(value, source) { source, range in
            var position = range.lowerBound
            while position < range.upperBound {
                while position < range.upperBound, SourceBytes.isBlank(source[position]) { position += 1 }
                let start = position
                while position < range.upperBound, !SourceBytes.isBlank(source[position]) { position += 1 }
                guard start < position else { return }
                let number = tests.names.known(source, start..<position, lowered: tests.isQuirks)
                if number >= 0, !classes[Int(firstClass[node])...].contains(number) { classes.append(number) }
            }
        }
    }

    /// Calls the body with the bytes of a value, its references resolved.
    private static func read<Result>(_ range: Range<Int>, _ source: SourceBytes, _ body: (SourceBytes, Range<Int>) -> Result) -> Result {
        guard source.find(UInt8(ascii: "&"), from: range.lowerBound, to: range.upperBound) < range.upperBound else {
            return body(source, range)
        }
        let text = Array(CharacterReferences.decode(range.map { source[$0] }[...]).utf8)
        return SourceBytes.with(text) { body($0, 0..<text.count) }
    }

    private static func typeName(_ tree: HTMLTree, _ number: Int, _ tests: SelectorStore) -> Int32 {
        let name = Array(tree.name(number).utf8)
        return SourceBytes.with(name) { tests.names.known($0, 0..<name.count, lowered: true) }
    }
}

extension SourceIndex {
    /// The bytes of an attribute's value; nil when it has none.
    func value(_ attribute: Int) -> Range<Int>? {
        let record = attributes[attribute]
        return record.valueStart < 0 ? nil : Int(record.valueStart)..<Int(record.valueEnd)
    }
}
