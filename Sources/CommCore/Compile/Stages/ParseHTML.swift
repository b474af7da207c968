import HTML

/// Parses the HTML and checks its size in elements, links, images and text.
struct ParseHTML: CompileStage {
    func run(_ context: inout CompileContext) {
        guard let html = context.source.html, html.utf8.contains(where: { $0 > 0x20 }) else { return }
        let limits = context.options.limits
        // Conditional comments repeat tags that the tree does not hold.
        let parsing = HTMLParseLimits(bytes: limits.bytes, tags: limits.elements * 4 + 1_000)
        do {
            let source = Array(html.utf8)
            context.sourceHTML = source
            context.occurrences = MergeScanner.scan(source) { CharacterReferences.decode($0) }
            let mask = BlockMask(source, context.occurrences)
            context.maskedBlocks = mask.masked
            let document = try HTMLDocument(mask.source, limits: parsing)
            context.document = document
            measure(document, &context)
        } catch .tooManyTags(_, let actual) {
            context.check("dom_nodes", actual, of: limits.elements, "elements", part: .html)
        } catch .tooManyBytes(let limit, let actual) {
            context.check("html_size", actual, of: limit, "bytes of html", part: .html)
        } catch {
            context.refuse(CompileIssue("html_too_complex", "The HTML is nested too deeply to be parsed in time", part: .html))
        }
    }

    private func measure(_ document: HTMLDocument, _ context: inout CompileContext) {
        var metrics = context.report.metrics
        for (_, element) in document.elements {
            guard let tag = element.tag else { continue }
            metrics.nodeCount += 1
            if element.name == "a", tag.attribute("href") != nil { metrics.linkCount += 1 }
            if element.name == "img" { metrics.imageCount += 1 }
        }
        metrics.textLength = textLength(document)
        context.report.metrics = metrics
        let limits = context.options.limits
        context.check("dom_nodes", metrics.nodeCount, of: limits.elements, "elements", part: .html)
        context.check("links", metrics.linkCount, of: limits.links, "links", part: .html)
        if metrics.imageCount > limits.imageWarning {
            context.warn(
                CompileIssue(
                    "images_warning",
                    "There are \(metrics.imageCount) images",
                    part: .html,
                    limit: limits.imageWarning,
                    actual: metrics.imageCount
                )
            )
        }
        if metrics.textLength > limits.textWarning {
            context.warn(
                CompileIssue(
                    "text_length_warning",
                    "There are \(metrics.textLength) characters of text",
                    part: .html,
                    limit: limits.textWarning,
                    actual: metrics.textLength
                )
            )
        }
    }

    private func textLength(_ document: HTMLDocument) -> Int {
        var length = 0
        for node in document.nodes {
            guard case .text(let text) = node.content else { continue }
            if let parent = document.nodes[node.parent].element?.name, parent == "style" || parent == "script" { continue }
            length += text.unicodeScalars.count
        }
        return length
    }
}
