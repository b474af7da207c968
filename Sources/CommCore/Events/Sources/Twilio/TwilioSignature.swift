import Crypto
import FoundationEssentials

/// The signature of Twilio's webhooks: HMAC-SHA1 over the address and the fields, with the account's token.
package struct TwilioSignature: Sendable {
    private let code: [UInt8]

    /// - Parameter header: `X-Twilio-Signature`; nil when it is no signature.
    package init?(_ header: String?) {
        guard let header, let bytes = Data(base64Encoded: header), bytes.count == 20 else { return nil }
        code = Array(bytes)
    }

    /// Whether it was made for a form that was posted to an address.
    ///
    /// - Parameter url: as Twilio was told it. With a port or without: Twilio is of two minds.
    package func isValid(url: String, fields: [(name: String, value: String)], token: Secret) -> Bool {
        let unique = Set(fields.map { Field(name: Array($0.name.utf8), value: Array($0.value.utf8)) })
        let text = unique.sorted().flatMap { $0.name + $0.value }
        return Self.forms(of: url).reduce(false) { isValid(Array($1.utf8) + text, token) || $0 }
    }

    /// Whether it was made for a JSON body, whose hash is in the address.
    package func isValid(url: String, body: [UInt8], token: Secret) -> Bool {
        let digits = Array("0123456789abcdef".utf8)
        let hash = String(decoding: SHA256.hash(data: body).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
        guard URLComponents(string: url)?.queryItems?.first(where: { $0.name == "bodySHA256" })?.value == hash else { return false }
        return isValid(url: url, fields: [], token: token)
    }

    private func isValid(_ text: [UInt8], _ token: Secret) -> Bool {
        HMAC<Insecure.SHA1>.isValidAuthenticationCode(code, authenticating: text, using: SymmetricKey(data: Array(token.reveal().utf8)))
    }

    private struct Field: Hashable, Comparable {
        let name: [UInt8]
        let value: [UInt8]

        static func < (left: Self, right: Self) -> Bool {
            left.name == right.name ? left.value.lexicographicallyPrecedes(right.value) : left.name.lexicographicallyPrecedes(right.name)
        }
    }

    /// The address with the port of its scheme and without one.
    private static func forms(of url: String) -> [String] {
        guard let scheme = url.firstRange(of: "://") else { return [url] }
        let rest = url[scheme.upperBound...]
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        let authority = rest[..<end]
        let host = authority[(authority.lastIndex(of: "@").map { authority.index(after: $0) } ?? authority.startIndex)...]
        let port = url.hasPrefix("http://") ? "80" : "443"
        guard let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") else {
            return [url, "\(url[..<end]):\(port)\(rest[end...])"]
        }
        return [url, "\(url[..<colon])\(rest[end...])"]
    }
}
