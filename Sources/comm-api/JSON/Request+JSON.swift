import HTTPTypes
import Hummingbird
import NIOCore

/// A request body whose fields are read by hand, so that every error can name its field.
protocol RequestFields {
    init(_ fields: inout JSONFields)
}

extension Request {
    /// The body as JSON.
    ///
    /// A missing body reads as an empty object.
    func fields<Fields: RequestFields>(_: Fields.Type = Fields.self, limit: Int) async throws -> Fields {
        try requireJSON()
        return try Self.fields(of: await collectBytes(limit: limit))
    }

    /// The fields of a body that was read already.
    static func fields<Fields: RequestFields>(of bytes: [UInt8]) throws -> Fields {
        var fields = JSONFields(try members(bytes))
        let body = Fields(&fields)
        fields.finish()
        guard fields.problems.isEmpty else { throw Problem.invalid(fields.problems) }
        return body
    }

    /// The whole body; more than the limit is refused before it is read, if the client says so.
    func collectBytes(limit: Int) async throws -> [UInt8] {
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw Problem.tooLarge(limit: limit) }
        do {
            return try await Array(body.collect(upTo: limit).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw Problem.tooLarge(limit: limit)
        }
    }

    func requireJSON() throws {
        guard let header = headers[.contentType] else { return }
        let parts = header.lowercased().split(separator: ";").map { $0.trimming(while: { $0 == " " || $0 == "\t" }) }
        guard let type = parts.first, type == "application/json" || type.hasSuffix("+json") else {
            throw Problem.unsupportedMediaType("application/json")
        }
        let charset = parts.dropFirst().first { $0.hasPrefix("charset=") }?.dropFirst(8)
        guard charset == nil || charset == "utf-8" || charset == "\"utf-8\"" else {
            throw Problem.unsupportedMediaType("application/json in UTF-8")
        }
    }

    private static func members(_ bytes: [UInt8]) throws -> [String: JSONValue] {
        guard !bytes.isEmpty else { return [:] }
        do {
            guard case .object(let members) = try JSONParser.parse(bytes) else {
                throw Problem(.badRequest, code: "validation", "The body must be a JSON object")
            }
            return members
        } catch let error as JSONSyntaxError {
            throw Problem.syntax(error)
        }
    }
}

extension Substring {
    /// Without such characters at both ends.
    func trimming(while isBlank: (Character) -> Bool) -> Substring {
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else { return "" }
        return self[first...last]
    }
}
