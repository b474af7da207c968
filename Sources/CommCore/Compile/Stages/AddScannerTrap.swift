import HTML

/// Puts a link at the end of the mail's body that no reader sees and no screen reader reads: whoever follows it follows everything.
struct AddScannerTrap: CompileStage {
    /// Never reached: the tracking domain answers the trap by itself.
    private static let target = "https://trap.invalid/"

    func run(_ context: inout CompileContext) {
        guard let document = context.document, context.options.scannerTrap, !context.links.isEmpty else { return }
        let place = document.endOfBody
        context.links.append(LinkTarget(index: LinkToken.Link.trapIndex, url: [.literal(Self.target)]))
        let link = context.marker(.trackedLink(context.links.count - 1))
        let ending = #"" style="display:none" aria-hidden="true" tabindex="-1" rel="nofollow"></a>"#
        context.edits.replace(place..<place, with: [.bytes(Array(#"<a href=""#.utf8)), link, .bytes(Array(ending.utf8))])
    }
}

extension HTMLDocument {
    /// Where something can be added behind everything that is shown.
    var endOfBody: Int {
        var place = source.count
        for (_, element) in elements {
            if element.name == "body" || element.name == "html", let end = element.endTag { place = min(place, end.lowerBound) }
        }
        return place
    }
}
