import HTML

/// Takes out, or refuses, what would run code, load documents into the mail or be read differently by different programs.
struct RemoveDangerousContent: CompileStage {
    func run(_ context: inout CompileContext) {
        if let controls = HiddenCharacters.description(in: context.source.subject) {
            context.warn(CompileIssue("hidden_characters", "The subject holds \(controls)", part: .subject))
        }
        guard let document = context.document else { return }
        let markup = Markup(document)
        let ends = EndTags(markup.items)
        var known: Set<Int> = []
        var end = 0
        for item in markup.items {
            // What is inside something that was taken out is gone with it.
            let isGone = item.range.lowerBound < end
            switch item {
            case .tag(let tag):
                known.insert(tag.range.lowerBound)
                if !isGone, !tag.isEnd { end = max(end, check(tag, ends, markup, &context)) }
            case .declaration(let range): if !isGone { check(declaration: range, markup, &context) }
            case .comment: continue
            }
        }
        // A tag that only the tree knows: in SVG a title is markup, and elsewhere it is text.
        for (_, element) in document.elements {
            guard let tag = element.tag, !known.contains(tag.range.lowerBound) else { continue }
            _ = check(tag, EndTags([]), markup, &context)
            let issue = context.issue("ambiguous_html", "<\(tag.name)> stands where others see text", at: tag.range.lowerBound)
            if context.report(issue, .ambiguous) { remove(tag.range, markup, &context) }
        }
        checkStyleSheets(document, markup, &context)
        Deception.check(document, &context)
    }

    /// Checks a tag; where what was taken out with it ends.
    private func check(_ tag: SourceTag, _ ends: EndTags, _ markup: Markup, _ context: inout CompileContext) -> Int {
        if let finding = DangerousElements.finding(tag, in: markup) {
            if context.report(context.issue(finding.code, finding.message, at: tag.range.lowerBound), finding.kind) {
                return remove(tag, takesContent: finding.takesContent, ends, markup, &context)
            }
        }
        for attribute in tag.attributes { check(attribute, of: tag, markup, &context) }
        return tag.range.upperBound
    }

    /// Takes an element out, or its tags alone; up to where.
    private func remove(
        _ tag: SourceTag,
        takesContent: Bool,
        _ ends: EndTags,
        _ markup: Markup,
        _ context: inout CompileContext
    ) -> Int {
        let endTag = DangerousElements.voids.contains(tag.name) ? nil : ends.first(named: tag.name, from: tag.range.upperBound)
        guard takesContent else {
            remove(tag.range, markup, &context)
            if let endTag, tag.name != "base" { remove(endTag, markup, &context) }
            return tag.range.upperBound
        }
        let end = endTag?.upperBound ?? tag.rawContent?.upperBound ?? tag.range.upperBound
        remove(tag.range.lowerBound..<end, markup, &context)
        return end
    }

    /// Takes a range out in a way that what stands around it makes no markup when it meets.
    private func remove(_ range: Range<Int>, _ markup: Markup, _ context: inout CompileContext) {
        let before = range.lowerBound > 0 ? markup.source[range.lowerBound - 1] : 0
        if "<!/-&?{*|".utf8.contains(before) {
            context.edits.replace(range, with: [UInt8(ascii: " ")])
        } else {
            context.edits.remove(range)
        }
    }

    private func check(declaration range: Range<Int>, _ markup: Markup, _ context: inout CompileContext) {
        let start = markup.string(range.lowerBound..<min(range.upperBound, range.lowerBound + 40)).lowercased()
        guard start.hasPrefix("<?import") || start.hasPrefix("<?xml-stylesheet") else { return }
        let issue = context.issue("dangerous_element", "An instruction that loads something is not allowed in mail", at: range.lowerBound)
        if context.report(issue, .document) { remove(range, markup, &context) }
    }

    // MARK: Attributes

    private func check(_ attribute: SourceAttribute, of tag: SourceTag, _ markup: Markup, _ context: inout CompileContext) {
        if attribute.name == "style" { return checkStyle(attribute, markup, &context) }
        guard let finding = DangerousAttributes.finding(attribute, of: tag, in: markup) else { return }
        let issue = context.issue(finding.code, finding.message, at: attribute.range.lowerBound)
        if context.report(issue, finding.kind) { remove(attribute, markup, &context) }
    }

    private func remove(_ attribute: SourceAttribute, _ markup: Markup, _ context: inout CompileContext) {
        var start = attribute.range.lowerBound
        while start > 0, [0x09, 0x0A, 0x0C, 0x0D, 0x20].contains(markup.source[start - 1]) { start -= 1 }
        // The blank before stays where the next attribute would grow into the name.
        let next = attribute.range.upperBound
        let touches = next < markup.source.count && ![0x09, 0x0A, 0x0C, 0x0D, 0x20, 0x2F, 0x3E].contains(markup.source[next])
        context.edits.remove((touches ? attribute.range.lowerBound : start)..<next)
    }

    // MARK: Styles

    private func checkStyle(_ attribute: SourceAttribute, _ markup: Markup, _ context: inout CompileContext) {
        let value = markup.value(of: attribute)
        guard let range = attribute.value, DangerousCSS.needsLooking(value) else { return }
        let refused = CSSParser.declarations(Array(value.utf8)).declarations.filter { !DangerousCSS.isHarmless($0) }
        guard !refused.isEmpty || DangerousCSS.holdsCode(value) else { return }
        context.report(context.issue("dangerous_css", "CSS that runs code is not allowed in mail", at: attribute.range.lowerBound), .styles)
        // With references in it the places of the value are not those of the source, and what did not parse has no places.
        guard !refused.isEmpty, !markup.source[range].contains(UInt8(ascii: "&")) else { return remove(attribute, markup, &context) }
        for declaration in refused {
            context.edits.remove(range.lowerBound + declaration.range.lowerBound..<range.lowerBound + declaration.range.upperBound)
        }
    }

    /// Checks what inlining does not see: the style sheets of conditional comments, and what is loaded.
    private func checkStyleSheets(_ document: HTMLDocument, _ markup: Markup, _ context: inout CompileContext) {
        var outside: Set<Int> = []
        for case .tag(let tag) in document.items where tag.name == "style" { outside.insert(tag.range.lowerBound) }
        for case .tag(let tag) in markup.items where tag.name == "style" {
            guard let content = tag.rawContent else { continue }
            if let place = StyleImports.first(in: markup.source, content) {
                let issue = context.issue("remote_stylesheet", "@import loads a style sheet when the mail is read", at: place.lowerBound)
                if context.report(issue, .remoteStyles) { context.edits.remove(content) }
            }
            guard !outside.contains(tag.range.lowerBound), DangerousCSS.holdsCode(markup.string(content)) else { continue }
            context.report(context.issue("dangerous_css", "CSS that runs code is not allowed in mail", at: tag.range.lowerBound), .styles)
            context.edits.remove(content)
        }
    }
}

/// Where the end tags of each name are.
private struct EndTags {
    private var places: [String: [Range<Int>]] = [:]

    init(_ items: [SourceScanner.Item]) {
        for case .tag(let tag) in items where tag.isEnd { places[tag.name, default: []].append(tag.range) }
    }

    func first(named name: String, from offset: Int) -> Range<Int>? {
        guard let places = places[name] else { return nil }
        var low = 0
        var high = places.count
        while low < high {
            let middle = (low + high) / 2
            if places[middle].lowerBound < offset { low = middle + 1 } else { high = middle }
        }
        return low < places.count ? places[low] : nil
    }
}
