import Crypto
import FoundationEssentials

/// AWS Signature Version 4 of one request without a query.
struct SigV4: Sendable {
    static let algorithm = "AWS4-HMAC-SHA256"

    let accessKeyID: String
    let secretAccessKey: Secret
    /// Of temporary credentials.
    let sessionToken: Secret?
    let region: String
    let service: String

    /// What the signature is made of, step by step.
    struct Steps: Equatable {
        let canonicalRequest: String
        let stringToSign: String
        let signature: String
        /// `X-Amz-Date`.
        let date: String
        let authorization: String
    }

    /// - Parameters:
    ///   - path: of letters that need no escaping.
    ///   - host: as the Host field says it, with the port if it is not the scheme's own.
    func sign(method: String, path: String, host: String, contentType: String, body: [UInt8], at now: Date) -> Steps {
        let date = Self.stamp(now)
        let day = String(date.prefix(8))
        var fields = [("content-type", contentType), ("host", host), ("x-amz-date", date)]
        if let sessionToken { fields.append(("x-amz-security-token", sessionToken.reveal())) }
        let names = fields.map(\.0).joined(separator: ";")
        let canonical =
            [method, path, ""].joined(separator: "\n") + "\n" + fields.map { "\($0):\($1)\n" }.joined()
            + "\n\(names)\n\(Self.hex(SHA256.hash(data: body)))"
        let scope = "\(day)/\(region)/\(service)/aws4_request"
        let toSign = "\(Self.algorithm)\n\(date)\n\(scope)\n\(Self.hex(SHA256.hash(data: Array(canonical.utf8))))"
        let signature = Self.hex(Self.code(toSign, key: signingKey(day: day)))
        return Steps(
            canonicalRequest: canonical,
            stringToSign: toSign,
            signature: signature,
            date: date,
            authorization: "\(Self.algorithm) Credential=\(accessKeyID)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
        )
    }

    private func signingKey(day: String) -> SymmetricKey {
        [day, region, service, "aws4_request"].reduce(SymmetricKey(data: Array("AWS4\(secretAccessKey.reveal())".utf8))) { key, part in
            SymmetricKey(data: Self.code(part, key: key))
        }
    }

    private static func code(_ text: String, key: SymmetricKey) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)
    }

    /// `20260102T030405Z`.
    private static func stamp(_ date: Date) -> String {
        ISO8601.string(from: date).prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
