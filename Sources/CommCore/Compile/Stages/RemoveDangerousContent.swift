import HTML

/// Takes out, or refuses, what would run code or load documents into the mail.
struct RemoveDangerousContent: CompileStage {
    func run(_ context: inout CompileContext) {
        guard let document = context.document else { return }
        let items = document.itemsWithConditionalComments
        var known: Set<Int> = []
        var end = 0
        for (number, item) in items.enumerated() {
            guard case .tag(let tag) = item else { continue }
            known.insert(tag.range.lowerBound)
            // What is inside something that was taken out is gone with it.
            guard !tag.isEnd, tag.range.lowerBound >= end else { continue }
            end = check(tag, rest: items[(number + 1)...], document, &context)
        }
        // A tag that only the tree knows: the scanner was led to take it for text.
        for (_, element) in document.elements {
            guard let tag = element.tag, !known.contains(tag.range.lowerBound) else { continue }
            _ = check(tag, rest: [], document, &context)
        }
    }

    private static let elements: Set<String> = [
        "script", "iframe", "frame", "frameset", "object", "embed", "applet", "base", "portal",
    ]

    /// Checks a tag; where what was taken out with it ends.
    private func check(
        _ tag: SourceTag,
        rest: ArraySlice<SourceScanner.Item>,
        _ document: HTMLDocument,
        _ context: inout CompileContext
    ) -> Int {
        if Self.elements.contains(tag.name) {
            let code = tag.name == "script" ? "script_tags" : "dangerous_element"
            report(code, "<\(tag.name)> is not allowed in mail", at: tag.range.lowerBound, &context)
            let end = end(of: tag, rest)
            context.edits.remove(tag.range.lowerBound..<end)
            return end
        }
        if isLoading(tag, document) {
            report("dangerous_element", "<\(tag.name)> that loads or redirects is not allowed in mail", at: tag.range.lowerBound, &context)
            context.edits.remove(tag.range)
            return tag.range.upperBound
        }
        for attribute in tag.attributes { check(attribute, of: tag, document, &context) }
        return tag.range.upperBound
    }

    /// Where what begins with a tag ends: behind its end tag if it has one.
    private func end(of tag: SourceTag, _ rest: ArraySlice<SourceScanner.Item>) -> Int {
        guard !["embed", "base", "frame"].contains(tag.name) else { return tag.range.upperBound }
        for case .tag(let other) in rest where other.isEnd && other.name == tag.name { return other.range.upperBound }
        return tag.rawContent?.upperBound ?? tag.range.upperBound
    }

    private func isLoading(_ tag: SourceTag, _ document: HTMLDocument) -> Bool {
        switch tag.name {
        case "meta": return document.value(of: "http-equiv", in: tag)?.lowercased() == "refresh"
        case "link":
            let relation = (document.value(of: "rel", in: tag) ?? "").lowercased().split(separator: " ")
            return !relation.filter { ["import", "prefetch", "preload", "prerender", "modulepreload"].contains($0) }.isEmpty
        default: return false
        }
    }

    private func check(_ attribute: SourceAttribute, of tag: SourceTag, _ document: HTMLDocument, _ context: inout CompileContext) {
        let place = attribute.range.lowerBound
        if attribute.name.hasPrefix("on"), attribute.name.utf8.count > 2 {
            report("event_handlers", "The event handler \(attribute.name) is not allowed in mail", at: place, &context)
            return remove(attribute, document, &context)
        }
        if attribute.name == "srcdoc" {
            report("dangerous_element", "srcdoc is not allowed in mail", at: place, &context)
            return remove(attribute, document, &context)
        }
        if URLAttributes.all.contains(attribute.name), !DangerousURL.isHarmless(document.value(of: attribute)) {
            report("javascript_urls", "The URL of \(attribute.name) is not allowed in mail", at: place, &context)
            return remove(attribute, document, &context)
        }
        if attribute.name == "style" { checkStyle(attribute, document, &context) }
    }

    private func checkStyle(_ attribute: SourceAttribute, _ document: HTMLDocument, _ context: inout CompileContext) {
        let value = document.value(of: attribute)
        guard let range = attribute.value, DangerousCSS.needsLooking(value) else { return }
        let refused = CSSParser.declarations(Array(value.utf8)).declarations.filter { !DangerousCSS.isHarmless($0) }
        guard !refused.isEmpty else { return }
        report("dangerous_css", "CSS that runs code is not allowed in mail", at: attribute.range.lowerBound, &context)
        // With references in it the places of the value are not those of the source.
        guard !document.source[range].contains(UInt8(ascii: "&")) else { return remove(attribute, document, &context) }
        for declaration in refused {
            context.edits.remove(range.lowerBound + declaration.range.lowerBound..<range.lowerBound + declaration.range.upperBound)
        }
    }

    private func remove(_ attribute: SourceAttribute, _ document: HTMLDocument, _ context: inout CompileContext) {
        var start = attribute.range.lowerBound
        while start > 0, [0x09, 0x0A, 0x0C, 0x0D, 0x20].contains(document.source[start - 1]) { start -= 1 }
        // The blank before stays where the next attribute would grow into the name.
        let next = attribute.range.upperBound
        let touches = next < document.source.count && ![0x09, 0x0A, 0x0C, 0x0D, 0x20, 0x2F, 0x3E].contains(document.source[next])
        context.edits.remove((touches ? attribute.range.lowerBound : start)..<next)
    }

    private func report(_ code: String, _ message: String, at offset: Int, _ context: inout CompileContext) {
        let issue = context.issue(code, message, at: offset)
        switch context.options.dangerousContent {
        case .remove: context.warn(issue)
        case .refuse: context.refuse(issue)
        }
    }
}
