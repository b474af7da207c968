import HTML

/// Checks what the finished program has to hold, and completes the report.
struct CheckResult: CompileStage {
    func run(_ context: inout CompileContext) {
        let segments = (context.html ?? []) + context.text
        if !segments.guaranteesUnsubscribeURL {
            let isConditional = segments.holds(\.isUnsubscribeURL)
            let message = isConditional ? "Not every recipient would get an {{unsubscribe_url}}" : "The mail has no {{unsubscribe_url}}"
            context.block(CompileIssue("missing_unsubscribe_url", message))
        }
        context.report.fields = context.fields
        measure(&context)
        context.report.metrics.mergeVariables.sort()
        context.report.metrics.compiledHTMLSize = Self.size(context.html ?? [])
    }

    /// Bytes of the literals, those of all branches.
    private static func size(_ segments: [Segment]) -> Int {
        segments.reduce(0) { size, segment in
            if case .literal(let text) = segment { size + text.utf8.count } else { size + Self.size(segment.children) }
        }
    }

    /// What the gate at scheduling wants to know of the HTML.
    private func measure(_ context: inout CompileContext) {
        guard let document = context.document else { return }
        for (_, element) in document.elements where element.name == "img" {
            guard let tag = element.tag, tag.attribute("alt") == nil, !isPixel(tag, in: document) else { continue }
            context.report.metrics.imagesWithoutAlt += 1
        }
        let preheader = context.options.preheader ?? firstHiddenText(of: document, hidden: context.hidden)
        context.report.metrics.preheaderLength = preheader?.count ?? 0
    }

    private func isPixel(_ tag: SourceTag, in document: HTMLDocument) -> Bool {
        document.value(of: "width", in: tag) == "1" && document.value(of: "height", in: tag) == "1"
    }

    /// The text of a hidden element that stands before everything that people see.
    private func firstHiddenText(of document: HTMLDocument, hidden: Set<Int>) -> String? {
        for (index, node) in document.nodes.enumerated() {
            switch node.content {
            case .text(let text):
                let parent = document.nodes[node.parent].element?.name
                if parent != "title", parent != "style", parent != "script", !text.allSatisfy(\.isWhitespace) { return nil }
            case .element(let element):
                guard hidden.contains(index) || isHidden(element, in: document) else { continue }
                let words = document.text(below: index).split(whereSeparator: { $0.isWhitespace || Self.fillers.contains($0) })
                return words.isEmpty ? nil : words.joined(separator: " ")
            default: continue
            }
        }
        return nil
    }

    /// Put behind a short preheader, so that nothing of the mail follows it in a mailbox.
    private static let fillers: Set<Character> = ["\u{200C}", "\u{034F}", "\u{00AD}", "\u{FEFF}", "\u{2007}"]

    private func isHidden(_ element: HTMLElement, in document: HTMLDocument) -> Bool {
        guard let tag = element.tag, let style = document.value(of: "style", in: tag) else { return false }
        return style.filter { !$0.isWhitespace }.lowercased().contains("display:none")
    }
}
