import Crypto
import FoundationEssentials

/// The signature of Mailgun's webhooks: an HMAC over a time and a token.
///
/// It does not cover the event. So an old one is refused, and a token that comes a second time with another event is, too.
///
/// An event of a sub-account may have a second one, made with the key of the account above it (`parent-signature`).
package struct MailgunSignature: Sendable {
    /// How far Mailgun's clock may be ahead (seconds).
    package static let tolerance: TimeInterval = 300

    package let token: String
    /// Name of the event that came with it.
    package let eventID: String
    private let timestamp: String
    private let code: [UInt8]

    /// The one of a body's signatures that was made with the key; nil when none was.
    package static func verified(body: [UInt8], key: Secret) -> MailgunSignature? {
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(body)) else { return nil }
        return [wire.signature, wire.parent].compactMap(\.self)
            .compactMap { MailgunSignature($0, of: wire.event) }
            .first { $0.isValid(key: key) }
    }

    /// Nil for one that has not the right shape.
    private init?(_ wire: Wire.Signature, of event: Wire.Event) {
        guard let code = Self.bytes(of: wire.signature), (1...128).contains(wire.token.utf8.count) else { return nil }
        token = wire.token
        eventID = event.id ?? ""
        timestamp = wire.timestamp.text
        self.code = code
    }

    /// Whether it was made with the key.
    private func isValid(key: Secret) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(
            code,
            authenticating: Array("\(timestamp)\(token)".utf8),
            using: SymmetricKey(data: Array(key.reveal().utf8))
        )
    }

    /// Whether it was made lately.
    package func isFresh(now: Date, maximumAge: Int) -> Bool {
        guard timestamp.utf8.count <= 12, timestamp.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let seconds = Double(timestamp) else {
            return false
        }
        let age = now.timeIntervalSince1970 - seconds
        return age <= TimeInterval(maximumAge) && age >= -Self.tolerance
    }

    /// 64 hexadecimal digits in lower case, as Mailgun writes them.
    private static func bytes(of hexadecimal: String) -> [UInt8]? {
        let digits = Array(hexadecimal.utf8)
        guard digits.count == 64 else { return nil }
        let values = digits.compactMap { digit -> UInt8? in
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
            default: nil
            }
        }
        guard values.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }

    private struct Wire: Decodable {
        struct Signature: Decodable {
            let timestamp: Digits
            let token: String
            let signature: String
        }

        struct Event: Decodable {
            let id: String?
        }

        let signature: Signature
        let parent: Signature?
        let event: Event

        enum CodingKeys: String, CodingKey {
            case signature
            case parent = "parent-signature"
            case event = "event-data"
        }

        /// A parent's signature of another shape is none.
        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            signature = try container.decode(Signature.self, forKey: .signature)
            parent = try? container.decode(Signature.self, forKey: .parent)
            event = try container.decode(Event.self, forKey: .event)
        }
    }

    /// A number as text, or written as a number.
    private struct Digits: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int64.self) { text = String(number) } else { text = try container.decode(String.self) }
        }
    }
}
