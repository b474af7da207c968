import HTTPTypes
import Hummingbird
import NIOCore

/// The file of an upload, whether it comes as a form or as the body itself, read piece by piece.
struct FileUpload {
    private static let largestField = 8 * 1024
    /// What the form may hold besides the file (bytes).
    private static let formAllowance = 64 * 1024

    /// Sent by the form before its file; empty for a raw body.
    private(set) var fields: [String: String] = [:]
    private(set) var fileName: String?

    private let limit: Int
    private var body: RequestBody.AsyncIterator
    private var parser: MultipartParser?
    private var pending: [MultipartParser.Event] = []
    private var received = 0
    private var fileBytes = 0

    /// Reads up to where the file begins.
    ///
    /// - Parameters:
    ///   - field: name of the form field that holds the file.
    ///   - limit: of the file, in bytes.
    init(_ request: Request, field: String, limit: Int) async throws {
        self.limit = limit
        body = request.body.makeAsyncIterator()
        let contentType = request.headers[.contentType] ?? ""
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit + Self.formAllowance {
            throw Problem.tooLarge(limit: limit)
        }
        if let boundary = MultipartParser.boundary(of: contentType) {
            parser = MultipartParser(boundary: boundary)
            try await readFields(until: field)
        } else {
            let type = contentType.lowercased().prefix(while: { $0 != ";" && $0 != " " })
            guard ["text/csv", "application/csv", "text/plain", "application/octet-stream"].contains(type) else {
                throw Problem.unsupportedMediaType("multipart/form-data with the file in the field \"\(field)\", or text/csv")
            }
        }
    }

    /// The next piece of the file; nil at its end.
    ///
    /// - Throws: `Problem` 413 beyond the limit, `MultipartError`, or what the connection met.
    mutating func next() async throws -> [UInt8]? {
        guard parser != nil else { return try count(try await chunk()) }
        while let event = try await nextEvent() {
            switch event {
            case .bytes(let bytes): return try count(bytes)
            case .partEnd:
                try await requireNothingMore()
                return nil
            case .part: throw MultipartError.malformed("a part begins inside the file")
            }
        }
        throw MultipartError.incomplete
    }

    private mutating func count(_ bytes: [UInt8]?) throws -> [UInt8]? {
        fileBytes += bytes?.count ?? 0
        guard fileBytes <= limit else { throw Problem.tooLarge(limit: limit) }
        return bytes
    }

    private mutating func readFields(until field: String) async throws {
        var current: String?
        var value: [UInt8] = []
        while let event = try await nextEvent() {
            switch event {
            case .part(let headers) where headers.name == field:
                fileName = headers.fileName
                return
            case .part(let headers): (current, value) = (headers.name, [])
            case .bytes(let bytes):
                value += bytes
                guard value.count <= Self.largestField else {
                    throw MultipartError.malformed("the field \"\(current ?? "")\" is too large")
                }
            case .partEnd:
                if let current { fields[current] = String(validating: value, as: UTF8.self) }
            }
        }
        throw Problem(.badRequest, code: "file_required", "CSV file required (multipart form field \"\(field)\")")
    }

    /// What comes after the file could not change any more what is being done with it.
    private mutating func requireNothingMore() async throws {
        while let event = try await nextEvent() {
            if case .part(let headers) = event {
                throw Problem.invalid(headers.name, "the field \"\(headers.name)\" must come before the file", code: "misplaced")
            }
        }
    }

    /// The next event of the form; nil at its end.
    private mutating func nextEvent() async throws -> MultipartParser.Event? {
        while pending.isEmpty {
            guard let bytes = try await chunk() else {
                try parser?.finish()
                return nil
            }
            received += bytes.count
            guard received <= limit + Self.formAllowance else { throw Problem.tooLarge(limit: limit) }
            var events: [MultipartParser.Event] = []
            try parser?.feed(bytes) { events.append($0) }
            pending = events
        }
        return pending.removeFirst()
    }

    private mutating func chunk() async throws -> [UInt8]? {
        try await body.next().map { Array($0.readableBytesView) }
    }
}
