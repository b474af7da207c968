import CommCore
import Crypto
import FoundationEssentials
import HTTPTypes
import Hummingbird

/// The platform's reports: verified over the bytes received, durable when the answer is given, understood later by comm-stats.
struct WebhookController: Sendable {
    /// How far the clock of a signed request may be away (seconds).
    static let tolerance: TimeInterval = 300
    static let mostReports = 1000

    /// Appends a report and returns after the commit.
    let append: @Sendable (_ payload: String) async throws -> Void
    /// Nil: unsigned reports are allowed by configuration.
    let secret: Secret?
    let bodyLimit: Int
    let time: any TimeSource

    /// Takes one report or an array of them.
    func receive(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        let body = try await request.collectBytes(limit: bodyLimit)
        try verify(request.headers, body)
        let reports = try Self.reports(in: body)
        // All of them share one commit with whatever else arrives at the moment.
        try await withThrowingTaskGroup { group in
            for report in reports { group.addTask { try await append(String(decoding: report, as: UTF8.self)) } }
            try await group.waitForAll()
        }
        return Answer.done
    }

    private func verify(_ headers: HTTPFields, _ body: [UInt8]) throws {
        if let secret {
            let key = SymmetricKey(data: Array(secret.reveal().utf8))
            guard let signature = headers[.motoricalSignature].flatMap(Self.bytes(ofHexadecimal:)),
                HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: body, using: key)
            else { throw Problem(.unauthorized, code: "invalid_signature", "Invalid signature") }
        }
        guard let timestamp = headers[.motoricalTimestamp] else { return }
        guard let seconds = Int64(timestamp), abs(time.now.timeIntervalSince1970 - Double(seconds)) <= Self.tolerance else {
            throw Problem(
                .unauthorized,
                code: "stale_timestamp",
                "X-Motorical-Timestamp is not within \(Int(Self.tolerance)) seconds of now"
            )
        }
    }

    private static func reports(in body: [UInt8]) throws -> [ArraySlice<UInt8>] {
        do {
            guard let reports = try JSONParser.objects(in: body) else {
                throw Problem(.badRequest, code: "validation", "The body must be a JSON object or an array of JSON objects")
            }
            guard reports.count <= mostReports else {
                throw Problem(.badRequest, code: "validation", "The body holds more than \(mostReports) reports")
            }
            return reports
        } catch let error as JSONSyntaxError {
            throw Problem.syntax(error)
        }
    }

    /// 64 hexadecimal digits, with or without `sha256=` before them; nil for anything else.
    private static func bytes(ofHexadecimal text: String) -> [UInt8]? {
        let digits = Array((text.hasPrefix("sha256=") ? text.dropFirst(7) : text[...]).utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
