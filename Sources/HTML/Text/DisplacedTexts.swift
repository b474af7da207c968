/// Texts that the tree has elsewhere than the source: a table moves what stands between its rows to the place before it.
struct DisplacedTexts {
    /// By their places in the document's nodes.
    let nodes: Set<Int>
    private var waiting: [(offset: Int, index: Int)]

    init(of document: HTMLDocument) {
        var nodes: Set<Int> = []
        var waiting: [(offset: Int, index: Int)] = []
        var earliestBehind = Int.max
        for (index, node) in document.nodes.enumerated().reversed() {
            if case .text = node.content, node.sourceOffset >= 0 {
                if node.sourceOffset > earliestBehind {
                    nodes.insert(index)
                    waiting.append((node.sourceOffset, index))
                }
                earliestBehind = min(earliestBehind, node.sourceOffset)
            } else if let tag = node.element?.tag {
                earliestBehind = min(earliestBehind, tag.range.lowerBound)
            }
        }
        self.nodes = nodes
        // The first at the end, so that it can be taken off.
        self.waiting = waiting.sorted { $0.offset > $1.offset }
    }

    /// Takes the next text that comes before an offset of the source.
    mutating func next(before offset: Int) -> Int? {
        guard let last = waiting.last, last.offset < offset else { return nil }
        waiting.removeLast()
        return last.index
    }
}
