/// A segment with everything done that does not depend on the recipient.
enum PreparedSegment: Sendable {
    /// The bytes, and the same bytes as the inside of a JSON string.
    case literal(plain: [UInt8], json: [UInt8])
    case field(Int, fallback: [UInt8], Escaping)
    case trackedLink(Int)
    case unsubscribeURL(Escaping)
    case webVersionURL(Escaping)
    case preferencesURL(Escaping)
    case openPixelURL
    case logic(PreparedLogic)

    /// Prepares a segment of a program.
    ///
    /// - Parameter late: links that are signed where they are written.
    /// - Throws: `RenderError` when it refers to a field or link that the program does not have.
    init(_ segment: Segment, in program: RenderProgram, late: Set<Int> = []) throws(RenderError) {
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
            self = late.contains(index) ? .logic(PreparedLogic(.link(index))) : .trackedLink(index)
        case .unsubscribeURL(let escaping): self = .unsubscribeURL(escaping)
        case .webVersionURL(let escaping): self = .webVersionURL(escaping)
        case .preferencesURL(let escaping): self = .preferencesURL(escaping)
        case .openPixelURL: self = .openPixelURL
        case .value(let source, let filters, let escaping):
            self = .logic(PreparedLogic(.value(try PreparedSource(source, in: program), filters, escaping)))
        case .condition(let branches, let otherwise):
            var prepared: [PreparedLogic.Branch] = []
            for branch in branches {
                let condition = try PreparedCondition(branch.when, in: program)
                prepared.append(.init(when: condition, then: try Self.prepare(branch.then, in: program, late: late)))
            }
            self = .logic(PreparedLogic(.condition(prepared, otherwise: try Self.prepare(otherwise, in: program, late: late))))
        case .loop(let source, let body, let otherwise):
            let kind = PreparedLogic.Kind.loop(
                try PreparedSource(source, in: program),
                body: try Self.prepare(body, in: program, late: late),
                otherwise: try Self.prepare(otherwise, in: program, late: late)
            )
            self = .logic(PreparedLogic(kind))
        }
    }

    static func prepare(
        _ segments: [Segment],
        in program: RenderProgram,
        late: Set<Int> = []
    ) throws(RenderError) -> [PreparedSegment] {
        var prepared: [PreparedSegment] = []
        prepared.reserveCapacity(segments.count)
        for segment in segments { prepared.append(try PreparedSegment(segment, in: program, late: late)) }
        return prepared
    }

    /// Whether it asks for more than a place to copy from.
    var isLogic: Bool {
        if case .logic = self { true } else { false }
    }

    /// Appends the segment as the recipient gets it; logic is left to `PreparedLogic`.
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
        case .preferencesURL(.urlComponent): Escaping.urlComponent.append(message.preferencesURL, json: json, to: &output)
        case .preferencesURL: output.append(contentsOf: message.preferencesURL)
        case .openPixelURL: output.append(contentsOf: message.openPixelURL)
        case .logic: return
        }
    }
}
