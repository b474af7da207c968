import HTML

/// Puts an image at the end of the mail's body whose loading tells that the mail was opened.
struct AddOpenPixel: CompileStage {
    private static let opening = #"<img src=""#
    private static let ending = #"" width="1" height="1" alt="" style="display:block;border:0;width:1px;height:1px">"#

    func run(_ context: inout CompileContext) {
        guard let document = context.document, context.options.openPixel else { return }
        let place = document.endOfBody
        guard context.options.honoursOptOut else {
            let pixel = context.marker(.openPixelURL)
            return context.edits.replace(
                place..<place,
                with: [.bytes(Array(Self.opening.utf8)), pixel, .bytes(Array(Self.ending.utf8))]
            )
        }
        _ = context.place(ofField: RenderProgram.trackingOptOutField)
        let isRefused = Segment.Branch(when: .isTrue(.source(.field(RenderProgram.trackingOptOutField))), then: [])
        let image = Segment.condition([isRefused], otherwise: [.literal(Self.opening), .openPixelURL, .literal(Self.ending)])
        context.edits.replace(place..<place, with: [context.marker(image)])
    }
}
