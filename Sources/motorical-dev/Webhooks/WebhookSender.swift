import AsyncHTTPClient
import Crypto
import Foundation
import NIOCore
import NIOHTTP1

/// Posts one event, signed as the contract says: HMAC-SHA256 over the raw body.
struct WebhookSender: Sendable {
    /// What the receiver made of it.
    enum Answer {
        case taken
        /// The receiver will never take it (4xx).
        case refused(Int)
        /// It may take it later: no answer, 429 or 5xx.
        case unavailable(String)
    }

    let client: HTTPClient
    let url: String
    let secret: SymmetricKey

    /// Posts it once.
    ///
    /// - Parameter spoilSignature: sends a signature that is wrong.
    func send(_ body: [UInt8], at now: Date, spoilSignature: Bool) async -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "X-Motorical-Signature", value: signature(spoilSignature ? body + [0] : body))
        request.headers.add(name: "X-Motorical-Timestamp", value: "\(Int(now.timeIntervalSince1970))")
        request.body = .bytes(ByteBuffer(bytes: body))
        do {
            let response = try await client.execute(request, timeout: .seconds(10))
            // Reading the answer to its end is what lets the connection be used again.
            _ = try await response.body.collect(upTo: 65_536)
            switch response.status.code {
            case 200..<300: return .taken
            case 429, 500...: return .unavailable("status \(response.status.code)")
            default: return .refused(Int(response.status.code))
            }
        } catch {
            return .unavailable("\(error)")
        }
    }

    private func signature(_ body: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let code = HMAC<SHA256>.authenticationCode(for: body, using: secret)
        return String(decoding: code.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
