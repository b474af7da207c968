import Crypto
import FoundationEssentials

/// The return path of our messages: `bounce+<token>@example.org`, where the token names tenant and message and proves that we wrote it.
///
/// A bounce that comes back to such an address is about that message, whatever it looks like; and nobody can make one up. The name of
/// the tenant is shortened, since a local part has 64 octets only; the message's is whole.
package struct ReturnPath: Sendable {
    private static let tenantBytes = 8
    private static let codeBytes = 8
    private static let idBytes = tenantBytes + 16
    /// Digits of a token.
    package static let tokenLength = SignedToken.length(idBytes: idBytes, codeBytes: codeBytes)
    /// Octets that a local part may have (RFC 5321 §4.5.3.1.1).
    package static let longestLocalPart = 64

    private let mark: String
    private let domain: String
    private let keys: [SymmetricKey]

    /// - Parameters:
    ///   - secret: what the keys are made from; the one it replaced is still believed.
    package init(_ settings: ReturnPathSettings, secret: Secret, previous: Secret? = nil) {
        mark = settings.local.lowercased() + settings.delimiter.rawValue
        domain = settings.domain
        keys = [secret, previous].compactMap(\.self).map(Self.key)
    }

    /// Another use of the secret gets another key.
    private static func key(_ secret: Secret) -> SymmetricKey {
        let root = SymmetricKey(data: Array(secret.reveal().utf8))
        return SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array("return-path".utf8), using: root))
    }

    /// The address for one message.
    package func address(tenantID: UUID, messageID: UUID) -> String {
        let id = Array(OrderedUUID(tenantID).bytes.prefix(Self.tenantBytes)) + OrderedUUID(messageID).bytes
        return "\(mark)\(SignedToken.text(id, key: keys[0], codeBytes: Self.codeBytes))@\(domain)"
    }

    /// The message that an address stands for, in a header field for example; nil when there is none of ours in it.
    ///
    /// Forwarders wrap addresses in their own (SRS, BATV) and change their case: the token is found anywhere.
    package func reference(in text: String) -> ReturnPathReference? {
        var rest = text.prefix(2_000).lowercased()[...]
        while let found = rest.firstRange(of: mark) {
            rest = rest[found.upperBound...]
            let token = rest.prefix(Self.tokenLength)
            if let id = SignedToken.id(in: token, keys: keys, idBytes: Self.idBytes, codeBytes: Self.codeBytes) {
                return ReturnPathReference(
                    tenantPrefix: Array(id.prefix(Self.tenantBytes)),
                    messageID: Array(id.dropFirst(Self.tenantBytes))
                )
            }
        }
        return nil
    }
}

/// What a return path names.
package struct ReturnPathReference: Sendable, Equatable {
    /// The least and the greatest tenant that are meant: those that begin alike.
    package let tenants: ClosedRange<OrderedUUID>
    package let messageID: UUID

    init(tenantPrefix: [UInt8], messageID: [UInt8]) {
        let missing = 16 - tenantPrefix.count
        tenants =
            OrderedUUID(
                tenantPrefix + [UInt8](repeating: 0, count: missing)
            )...OrderedUUID(tenantPrefix + [UInt8](repeating: 255, count: missing))
        self.messageID = OrderedUUID(messageID).id
    }
}
