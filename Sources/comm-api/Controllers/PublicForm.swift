import Foundation
import HTTPTypes
import Hummingbird

/// The fields of a form that a page or a mail client sends, in whatever encoding; what cannot be read holds none.
struct PublicForm: Sendable, Equatable {
    private let fields: [String: [String]]

    init(_ fields: [String: [String]]) {
        self.fields = fields
    }

    /// Reads the body.
    ///
    /// - Throws: only when the connection fails or the body is larger than the limit (bytes).
    init(of request: Request, limit: Int) async throws {
        let bytes = try await request.collectBytes(limit: limit)
        let contentType = request.headers[.contentType] ?? ""
        fields = MultipartParser.boundary(of: contentType).map { Self.multipart(bytes, boundary: $0) } ?? Self.urlEncoded(bytes)
    }

    /// The first value under a name, whatever its case.
    subscript(name: String) -> String? { fields[name]?.first }

    /// All values under a name.
    func all(_ name: String) -> [String] { fields[name] ?? [] }

    private static func urlEncoded(_ bytes: [UInt8]) -> [String: [String]] {
        var fields: [String: [String]] = [:]
        for pair in String(decoding: bytes, as: UTF8.self).split(separator: "&").prefix(1_000) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            fields[decode(parts[0]).lowercased(), default: []].append(decode(parts[1]))
        }
        return fields
    }

    private static func decode(_ text: Substring) -> String {
        let spaced = text.replacing("+", with: " ")
        return String(spaced).removingPercentEncoding ?? String(spaced)
    }

    private static func multipart(_ bytes: [UInt8], boundary: String) -> [String: [String]] {
        var fields: [String: [String]] = [:]
        var name = ""
        var value: [UInt8] = []
        var parser = MultipartParser(boundary: boundary)
        try? parser.feed(bytes) { event in
            switch event {
            case .part(let headers): (name, value) = (headers.name.lowercased(), [])
            case .bytes(let more): value += more
            case .partEnd: fields[name, default: []].append(String(decoding: value, as: UTF8.self))
            }
        }
        return fields
    }
}
