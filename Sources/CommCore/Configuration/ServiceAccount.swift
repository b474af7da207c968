import CryptoExtras
import FoundationEssentials

/// A Google service account, as its JSON file has it.
package struct ServiceAccount: Sendable {
    /// Where access tokens are made; nothing else is believed, since a file from elsewhere could send our assertion to somebody.
    package static let tokenURI = "https://oauth2.googleapis.com/token"

    package let projectID: String?
    package let email: String
    let keyID: String?
    let key: _RSA.Signing.PrivateKey
    package let tokenURI: String

    /// Reads the file's JSON.
    ///
    /// - Parameter tokenURI: another place for tokens, for tests; nil for Google's.
    /// - Throws: ``ServiceAccountError``, which repeats nothing of the file.
    package init(json: String, tokenURI override: String? = nil) throws(ServiceAccountError) {
        guard let file = try? JSONDecoder().decode(File.self, from: Data(json.utf8)) else {
            throw ServiceAccountError("is no JSON of a service account")
        }
        guard file.type == "service_account" else { throw ServiceAccountError("is not of the type service_account") }
        guard let email = file.clientEmail, email.contains("@") else { throw ServiceAccountError("has no client_email") }
        guard let pem = file.privateKey, let key = try? _RSA.Signing.PrivateKey(pemRepresentation: pem) else {
            throw ServiceAccountError("has no private_key that can be read")
        }
        guard override != nil || file.tokenURI == nil || file.tokenURI == Self.tokenURI else {
            throw ServiceAccountError("has another token_uri than \(Self.tokenURI)")
        }
        self.email = email
        self.key = key
        projectID = file.projectID
        keyID = file.privateKeyID
        tokenURI = override ?? Self.tokenURI
    }

    private struct File: Decodable {
        let type: String
        let projectID: String?
        let privateKeyID: String?
        let privateKey: String?
        let clientEmail: String?
        let tokenURI: String?

        enum CodingKeys: String, CodingKey {
            case type
            case projectID = "project_id"
            case privateKeyID = "private_key_id"
            case privateKey = "private_key"
            case clientEmail = "client_email"
            case tokenURI = "token_uri"
        }
    }
}

/// Why a service account cannot be used.
package struct ServiceAccountError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
