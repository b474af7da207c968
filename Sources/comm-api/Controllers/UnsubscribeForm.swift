import Foundation
import HTTPTypes
import Hummingbird

/// What the body of an unsubscribe POST says.
///
/// Mail services send it in every form; a body that cannot be read means "unsubscribe".
struct UnsubscribeForm: Sendable, Equatable {
    /// The button "subscribe again" was pressed.
    let isUndo: Bool
    /// The mail client did it (RFC 8058), not the page's button.
    let isOneClick: Bool

    init(isUndo: Bool, isOneClick: Bool) {
        self.isUndo = isUndo
        self.isOneClick = isOneClick
    }

    /// Reads the body.
    ///
    /// - Throws: only when the connection fails or the body is larger than the limit (bytes).
    init(of request: Request, limit: Int) async throws {
        let bytes = try await request.collectBytes(limit: limit)
        let contentType = request.headers[.contentType] ?? ""
        let fields = MultipartParser.boundary(of: contentType).map { Self.multipart(bytes, boundary: $0) } ?? Self.urlEncoded(bytes)
        isUndo = fields["undo"] == "1"
        isOneClick = fields["list-unsubscribe"]?.lowercased() == "one-click"
    }

    private static func urlEncoded(_ bytes: [UInt8]) -> [String: String] {
        var fields: [String: String] = [:]
        for pair in String(decoding: bytes, as: UTF8.self).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            fields[decode(parts[0]).lowercased()] = decode(parts[1])
        }
        return fields
    }

    private static func decode(_ text: Substring) -> String {
        let spaced = text.replacing("+", with: " ")
        return String(spaced).removingPercentEncoding ?? String(spaced)
    }

    private static func multipart(_ bytes: [UInt8], boundary: String) -> [String: String] {
        var fields: [String: String] = [:]
        var name = ""
        var value: [UInt8] = []
        var parser = MultipartParser(boundary: boundary)
        try? parser.feed(bytes) { event in
            switch event {
            case .part(let headers): (name, value) = (headers.name.lowercased(), [])
            case .bytes(let more): value += more
            case .partEnd: fields[name] = String(decoding: value, as: UTF8.self)
            }
        }
        return fields
    }
}
