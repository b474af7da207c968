import FoundationEssentials

/// Cuts a `multipart/form-data` body (RFC 7578) into parts while it arrives; holds one header block or a few bytes at most.
struct MultipartParser {
    enum Event: Equatable {
        case part(MultipartHeaders)
        case bytes([UInt8])
        case partEnd
    }

    private enum State {
        case preamble, afterBoundary, headers, body, epilogue
    }

    static let largestHeaderBlock = 8 * 1024
    static let mostParts = 32

    private let delimiter: [UInt8]
    private var state = State.preamble
    private var buffer: [UInt8]
    private var parts = 0

    init(boundary: String) {
        delimiter = Array("\r\n--\(boundary)".utf8)
        // The first boundary may stand at the very beginning, without the line break that belongs to it elsewhere.
        buffer = [0x0D, 0x0A]
    }

    /// The boundary that a content type names; nil when it is no form, or the boundary is unusable (RFC 2046, 5.1.1).
    static func boundary(of contentType: String) -> String? {
        let pieces = contentType.split(separator: ";").map { $0.trimming(while: { $0 == " " || $0 == "\t" }) }
        guard pieces.first?.lowercased() == "multipart/form-data" else { return nil }
        guard let piece = pieces.dropFirst().first(where: { $0.lowercased().hasPrefix("boundary=") }) else { return nil }
        var value = piece.dropFirst("boundary=".count)
        if value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") { value = value.dropFirst().dropLast() }
        guard (1...70).contains(value.utf8.count), value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), value.last != " " else {
            return nil
        }
        return String(value)
    }

    /// Takes the next bytes and reports what they complete.
    mutating func feed(_ bytes: some Sequence<UInt8>, _ emit: (Event) throws -> Void) throws {
        buffer.append(contentsOf: bytes)
        while try step(emit) {}
    }

    /// Says that the body has ended.
    ///
    /// - Throws: ``MultipartError`` when the closing boundary is missing.
    func finish() throws {
        guard state == .epilogue else { throw MultipartError.incomplete }
    }

    /// Makes one step; false when more bytes are needed.
    private mutating func step(_ emit: (Event) throws -> Void) throws -> Bool {
        switch state {
        case .preamble:
            guard let found = find(delimiter) else {
                keepLast(delimiter.count - 1)
                return false
            }
            buffer.removeFirst(found + delimiter.count)
            state = .afterBoundary
            return true
        case .afterBoundary: return try boundaryEnd()
        case .headers: return try headers(emit)
        case .body: return try body(emit)
        case .epilogue:
            buffer.removeAll()
            return false
        }
    }

    private mutating func boundaryEnd() throws -> Bool {
        // A boundary may be followed by blanks before its line ends.
        while let first = buffer.first, first == 0x20 || first == 0x09 { buffer.removeFirst() }
        guard buffer.count >= 2 else { return false }
        if buffer[0] == UInt8(ascii: "-"), buffer[1] == UInt8(ascii: "-") {
            state = .epilogue
            return true
        }
        guard buffer[0] == 0x0D, buffer[1] == 0x0A else { throw MultipartError.malformed("a boundary is not followed by a line break") }
        parts += 1
        guard parts <= Self.mostParts else { throw MultipartError.malformed("more than \(Self.mostParts) parts") }
        // The line break stays: an empty header block is then found like any other.
        state = .headers
        return true
    }

    private mutating func headers(_ emit: (Event) throws -> Void) throws -> Bool {
        guard let end = find([0x0D, 0x0A, 0x0D, 0x0A]) else {
            guard buffer.count <= Self.largestHeaderBlock else { throw MultipartError.malformed("the headers of a part are too large") }
            return false
        }
        guard end <= Self.largestHeaderBlock else { throw MultipartError.malformed("the headers of a part are too large") }
        let headers = try MultipartHeaders(buffer[..<end])
        // The last line break stays: the boundary of an empty part begins with it.
        buffer.removeFirst(end + 2)
        // It is the end of the headers and not content, so it must not be reported as such.
        bodyStart = true
        state = .body
        try emit(.part(headers))
        return true
    }

    /// Whether the line break that ends the headers is still in front of the content.
    private var bodyStart = false

    private mutating func body(_ emit: (Event) throws -> Void) throws -> Bool {
        let contentStart = bodyStart ? 2 : 0
        guard let found = find(delimiter) else {
            let ready = buffer.count - (delimiter.count - 1)
            if ready > contentStart {
                try emit(.bytes(Array(buffer[contentStart..<ready])))
                buffer.removeFirst(ready)
                bodyStart = false
            }
            return false
        }
        if found > contentStart { try emit(.bytes(Array(buffer[contentStart..<found]))) }
        bodyStart = false
        buffer.removeFirst(found + delimiter.count)
        state = .afterBoundary
        try emit(.partEnd)
        return true
    }

    private mutating func keepLast(_ count: Int) {
        if buffer.count > count { buffer.removeFirst(buffer.count - count) }
    }

    /// Where the pattern, which begins with a carriage return, first occurs.
    private func find(_ pattern: [UInt8]) -> Int? {
        buffer.withUnsafeBufferPointer { buffer in
            var start = 0
            while buffer.count - start >= pattern.count, let candidate = buffer[start...].firstIndex(of: 0x0D) {
                guard buffer.count - candidate >= pattern.count else { return nil }
                if buffer[candidate..<candidate + pattern.count].elementsEqual(pattern) { return candidate }
                start = candidate + 1
            }
            return nil
        }
    }
}
