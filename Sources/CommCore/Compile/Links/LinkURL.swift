/// A URL with merge tags in it.
struct LinkURL: Equatable {
    /// A piece of it.
    enum Part: Equatable {
        case text(String)
        case tag(MergeTag)
        /// Between double braces, but not of the merge language.
        case unknown(String)
    }

    /// Neighbouring parts are not both texts.
    private(set) var parts: [Part]

    /// Reads the value of an `href`, character references resolved.
    init(_ value: String) {
        // Browsers drop these wherever they stand (URL standard, basic URL parser).
        let bytes = Array(value.utf8).filter { $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        var parts: [Part] = []
        var position = 0
        for occurrence in MergeScanner.scan(bytes) {
            Self.append(bytes[position..<occurrence.range.lowerBound], &parts)
            let raw = String(decoding: bytes[occurrence.range], as: UTF8.self)
            parts.append(occurrence.tag.map { .tag($0) } ?? .unknown(raw))
            position = occurrence.range.upperBound
        }
        Self.append(bytes[position...], &parts)
        if case .text(let text)? = parts.first { parts[0] = .text(String(text.drop { $0 == " " })) }
        if case .text(let text)? = parts.last {
            var text = Substring(text)
            while text.last == " " { text.removeLast() }
            parts[parts.count - 1] = .text(String(text))
        }
        self.parts = parts.filter { $0 != .text("") }
    }

    init(parts: [Part]) {
        self.parts = parts
    }

    private static func append(_ bytes: ArraySlice<UInt8>, _ parts: inout [Part]) {
        if !bytes.isEmpty { parts.append(.text(String(decoding: bytes, as: UTF8.self))) }
    }

    /// As an author writes it.
    var description: String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .tag(let tag): tag.fallback.isEmpty ? "{{\(tag.key)}}" : "{{\(tag.key)|\(tag.fallback)}}"
            case .unknown(let raw): raw
            }
        }.joined()
    }

    /// The text before the first merge tag.
    var start: String {
        if case .text(let text)? = parts.first { text } else { "" }
    }

    var hasTags: Bool {
        parts.contains { if case .text = $0 { false } else { true } }
    }

    /// How a tag is escaped, given the text before it.
    static func escaping(after text: some Sequence<UInt8>, inHTML: Bool) -> Escaping {
        let text = Array(text.drop { $0 <= 0x20 })
        guard !text.isEmpty else { return inHTML ? .wholeURLInHTML : .wholeURL }
        guard let authority = authority(in: text) else { return .urlComponent }
        return text[authority...].contains { "/?#\\".utf8.contains($0) } ? .urlComponent : .urlHost
    }

    /// Where the host begins.
    private static func authority(in text: [UInt8]) -> Int? {
        guard let slash = text.firstIndex(of: UInt8(ascii: "/")), slash + 1 < text.count, text[slash + 1] == UInt8(ascii: "/") else {
            return nil
        }
        let isStart = slash == 0 || text[slash - 1] == UInt8(ascii: ":")
        return isStart ? slash + 2 : nil
    }

    /// The segments of the URL, its fixed parts percent-encoded where a URL needs it.
    func segments(inHTML: Bool, field: (String) -> Int) -> [Segment] {
        var written: [UInt8] = []
        return parts.map { part in
            switch part {
            case .text(let text):
                let encoded = Self.encoded(text, after: written)
                written += Array(encoded.utf8)
                return .literal(inHTML ? Self.escapedForHTML(encoded) : encoded)
            case .unknown(let raw):
                written += Array(raw.utf8)
                return .literal(raw)
            case .tag(let tag):
                let escaping = Self.escaping(after: written, inHTML: inHTML)
                written.append(UInt8(ascii: "x"))
                switch tag.name {
                case .field(let name): return .field(field(name), default: tag.fallback, escaping)
                case .unsubscribeURL: return .unsubscribeURL(escaping)
                case .webVersionURL: return .webVersionURL(escaping)
                }
            }
        }
    }

    private static func escapedForHTML(_ text: String) -> String {
        var output: [UInt8] = []
        Escaping.html.append(Array(text.utf8), json: false, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Encodes what may not stand in a URL.
    ///
    /// An international host name is left as it is.
    private static func encoded(_ text: String, after written: [UInt8]) -> String {
        var isHost = escaping(after: written + Array("x".utf8), inHTML: false) == .urlHost
        var output = written
        for byte in text.utf8 {
            if byte > 0x20 && byte < 0x7F && !"\"<>\\^`{|}".utf8.contains(byte) || isHost && byte >= 0x80 {
                output.append(byte)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                output += Array("%\(digits.utf8.count == 1 ? "0" : "")\(digits)".utf8)
            }
            if "/?#:".utf8.contains(byte) { isHost = escaping(after: output, inHTML: false) == .urlHost }
        }
        return String(decoding: output[written.count...], as: UTF8.self)
    }
}
