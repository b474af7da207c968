import HTML

/// Looks at the changed HTML once more: taking things out must not have made something dangerous of what stood around them.
struct CheckSafety: CompileStage {
    func run(_ context: inout CompileContext) {
        guard let document = context.document else { return }
        var bytes: [UInt8] = []
        for piece in context.edits.pieces(of: document.source) {
            // A recipient's value is escaped for its place, so any word may stand for it.
            if case .bytes(let part) = piece { bytes += part } else { bytes.append(UInt8(ascii: "x")) }
        }
        guard let message = Self.danger(in: Markup(bytes), context.options.dangerousContent) else { return }
        context.refuse(CompileIssue("unsafe_result", "The HTML cannot be made safe: \(message)", part: .html))
    }

    /// Something that the policy does not let stay.
    static func danger(in markup: Markup, _ policy: DangerousContentPolicy) -> String? {
        for case .tag(let tag) in markup.items where !tag.isEnd {
            if let finding = DangerousElements.finding(tag, in: markup), policy[finding.kind] != .allow { return finding.message }
            for attribute in tag.attributes {
                if let finding = DangerousAttributes.finding(attribute, of: tag, in: markup), policy[finding.kind] != .allow {
                    return finding.message
                }
                if attribute.name == "style", DangerousCSS.holdsCode(markup.value(of: attribute)) { return "CSS that runs code" }
            }
            if tag.name == "style", let content = tag.rawContent, DangerousCSS.holdsCode(markup.string(content)) {
                return "CSS that runs code"
            }
        }
        return nil
    }
}
