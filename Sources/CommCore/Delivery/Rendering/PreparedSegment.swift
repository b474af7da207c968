/// A segment with everything done that does not depend on the recipient.
enum PreparedSegment: Sendable {
    /// The bytes, and the same bytes as the inside of a JSON string.
    case literal(plain: [UInt8], json: [UInt8])
    case field(Int, fallback: [UInt8], Escaping)
    case trackedLink(Int)
    case unsubscribeURL(Escaping)
    case webVersionURL(Escaping)
    case openPixelURL

    /// Prepares a segment of a program.
    ///
    /// - Throws: `RenderError` when it refers to a field or link that the program does not have.
    init(_ segment: Segment, in program: RenderProgram) throws(RenderError) {
        switch segment {
        case .literal(let text):
            let plain = Array(text.utf8)
            var json: [UInt8] = []
            JSONText.append(plain, to: &json)
            self = .literal(plain: plain, json: json)
        case .field(let index, let fallback, let escaping):
            guard program.fields.indices.contains(index) else { throw RenderError(.invalidProgram, "there is no field \(index)") }
            self = .field(index, fallback: Array(fallback.utf8), escaping)
        case .trackedLink(let index):
            guard program.links.indices.contains(index) else { throw RenderError(.invalidProgram, "there is no link \(index)") }
            self = .trackedLink(index)
        case .unsubscribeURL(let escaping): self = .unsubscribeURL(escaping)
        case .webVersionURL(let escaping): self = .webVersionURL(escaping)
        case .openPixelURL: self = .openPixelURL
        }
    }

    static func prepare(_ segments: [Segment], in program: RenderProgram) throws(RenderError) -> [PreparedSegment] {
        var prepared: [PreparedSegment] = []
        prepared.reserveCapacity(segments.count)
        for segment in segments { prepared.append(try PreparedSegment(segment, in: program)) }
        return prepared
    }

    /// Appends the segment as the recipient gets it.
    func append(_ message: BoundMessage, json: Bool, to output: inout [UInt8]) {
        switch self {
        case .literal(let plain, let escaped): output.append(contentsOf: json ? escaped : plain)
        case .field(let index, let fallback, let escaping):
            let value = message.values[index]
            escaping.append(value.isEmpty ? fallback : value, json: json, to: &output)
        case .trackedLink(let place): message.appendLink(place, to: &output)
        case .unsubscribeURL(.urlComponent): Escaping.urlComponent.append(message.unsubscribeURL, json: json, to: &output)
        // Base and token hold no character that any other place would need escaped.
        case .unsubscribeURL: output.append(contentsOf: message.unsubscribeURL)
        case .webVersionURL(.urlComponent): Escaping.urlComponent.append(message.webVersionURL, json: json, to: &output)
        case .webVersionURL: output.append(contentsOf: message.webVersionURL)
        case .openPixelURL: output.append(contentsOf: message.openPixelURL)
        }
    }
}
