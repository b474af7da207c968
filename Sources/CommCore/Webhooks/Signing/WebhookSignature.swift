import Crypto
import FoundationEssentials

/// The signature of Standard Webhooks, version 1: HMAC-SHA256 over id, time and body.
package enum WebhookSignature {
    /// The value of `webhook-signature`: one signature for each secret, newest first, so that a receiver that knows either accepts it.
    ///
    /// - Parameter timestamp: Unix seconds of this attempt.
    package static func header(id: String, timestamp: Int, body: [UInt8], secrets: [WebhookSecret]) -> String {
        let signed = Array("\(id).\(timestamp).".utf8) + body
        return secrets.map { secret in
            let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: secret.key))
            return "v1," + Data(code).base64EncodedString()
        }.joined(separator: " ")
    }

    /// Whether a receiver that has the secret accepts a request, by the rules that receivers are given.
    ///
    /// - Parameter tolerance: how far the request's time may be from now (seconds).
    package static func verify(
        header: String,
        id: String,
        timestamp: String,
        body: [UInt8],
        secret: WebhookSecret,
        now: Int,
        tolerance: Int = 300
    ) -> Bool {
        guard let moment = Int(timestamp), abs(now - moment) <= tolerance else { return false }
        let signed = Array("\(id).\(timestamp).".utf8) + body
        return header.split(separator: " ").contains { entry in
            let parts = entry.split(separator: ",", maxSplits: 1)
            guard parts.count == 2, parts[0] == "v1", let code = Data(base64Encoded: String(parts[1])) else { return false }
            return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: signed, using: SymmetricKey(data: secret.key))
        }
    }
}
