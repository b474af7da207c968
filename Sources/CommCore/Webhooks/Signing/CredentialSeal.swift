import Crypto
import FoundationEssentials

/// Encrypts what endpoints are signed and authenticated with, so that a copy of the database gives none of it away.
///
/// AES-256-GCM under a key made of the deployment's own secret (HKDF-SHA256), bound to the endpoint that it belongs to. What was sealed
/// under the secret before can be opened while that is configured, and is sealed anew by comm-stats.
package struct CredentialSeal: Sendable {
    /// Whose credential it is: a row that was copied to another endpoint cannot be opened.
    struct Owner: Sendable {
        let tenantID: UUID
        let endpointID: UUID

        fileprivate var bytes: [UInt8] {
            [tenantID, endpointID].flatMap { id in withUnsafeBytes(of: id.uuid) { Array($0) } }
        }
    }

    private struct Key: Sendable {
        let key: SymmetricKey
        /// Tells which key sealed something.
        let mark: [UInt8]

        init(_ secret: Secret) {
            key = HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: Array(secret.reveal().utf8)),
                salt: Array("communications-block".utf8),
                info: Array("webhook credentials, version 1".utf8),
                outputByteCount: 32
            )
            mark = key.withUnsafeBytes { Array(SHA256.hash(data: Data($0)).prefix(4)) }
        }
    }

    private let current: Key
    private let previous: Key?

    /// - Parameter previous: what the secret was before.
    package init(secret: Secret, previous: Secret? = nil) {
        current = Key(secret)
        self.previous = previous.map(Key.init)
    }

    /// How whatever was sealed under the present key begins.
    var mark: [UInt8] { current.mark }

    func seal(_ content: [UInt8], for owner: Owner) throws -> [UInt8] {
        let box = try AES.GCM.seal(content, using: current.key, authenticating: owner.bytes)
        guard let combined = box.combined else { throw CryptoKitError.incorrectParameterSize }
        return current.mark + Array(combined)
    }

    /// - Throws: ``CredentialSealError`` when it was sealed under a secret that is not configured any more, or tampered with.
    func open(_ sealed: [UInt8], for owner: Owner) throws -> [UInt8] {
        let mark = Array(sealed.prefix(current.mark.count))
        guard let key = [current, previous].compactMap(\.self).first(where: { $0.mark == mark }),
            let box = try? AES.GCM.SealedBox(combined: sealed.dropFirst(mark.count)),
            let content = try? AES.GCM.open(box, using: key.key, authenticating: owner.bytes)
        else { throw CredentialSealError() }
        return Array(content)
    }
}

/// A credential cannot be read: the secret it was sealed under is not configured.
package struct CredentialSealError: Error, CustomStringConvertible {
    package var description: String {
        "the endpoint's secret cannot be read: SERVICE_JWT_SECRET has changed and its former value is not configured; rotate the secret"
    }
}
