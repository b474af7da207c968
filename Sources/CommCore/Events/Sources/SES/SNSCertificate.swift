import FoundationEssentials
import NIOSSL

/// The certificate by which SNS signs, as its own server gives it out.
package struct SNSCertificate: Sendable {
    private let verifier: RSAVerifier
    private let validity: ClosedRange<Date>

    /// - Parameter bytes: PEM or DER.
    /// - Throws: when it is not a certificate with an RSA key.
    package init(_ bytes: [UInt8]) throws {
        let format: NIOSSLSerializationFormats = bytes.starts(with: "-----BEGIN".utf8) ? .pem : .der
        let certificate = try NIOSSLCertificate(bytes: bytes, format: format)
        guard let verifier = RSAVerifier(spki: try certificate.extractPublicKey().toSPKIBytes()) else { throw NotRSA() }
        let start = Date(timeIntervalSince1970: TimeInterval(certificate.notValidBefore))
        self.verifier = verifier
        validity = start...max(start, Date(timeIntervalSince1970: TimeInterval(certificate.notValidAfter)))
    }

    /// Whether it signed the message and is valid now.
    ///
    /// - Parameter requiresVersion2: refuses signatures with SHA-1.
    package func signed(_ message: SNSMessage, requiresVersion2: Bool, now: Date) -> Bool {
        guard validity.contains(now), let signature = Data(base64Encoded: message.signature) else { return false }
        let bytes = Array(message.stringToSign.utf8)
        return switch message.signatureVersion {
        case "1" where !requiresVersion2: verifier.isValid(Array(signature), of: bytes, hash: .sha1)
        case "2": verifier.isValid(Array(signature), of: bytes, hash: .sha256)
        default: false
        }
    }

    private struct NotRSA: Error {}
}
