import HTML

/// Puts an image at the end of the mail's body whose loading tells that the mail was opened.
struct AddOpenPixel: CompileStage {
    func run(_ context: inout CompileContext) {
        guard let document = context.document, context.options.openPixel else { return }
        var place = document.source.count
        for (_, element) in document.elements {
            if element.name == "body" || element.name == "html", let end = element.endTag { place = min(place, end.lowerBound) }
        }
        let pixel = context.marker(.openPixelURL)
        let ending = #"" width="1" height="1" alt="" style="display:block;border:0;width:1px;height:1px">"#
        context.edits.replace(place..<place, with: [.bytes(Array(#"<img src=""#.utf8)), pixel, .bytes(Array(ending.utf8))])
    }
}
