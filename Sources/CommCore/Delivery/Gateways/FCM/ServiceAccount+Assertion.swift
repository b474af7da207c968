import Crypto
import CryptoExtras
import FoundationEssentials

extension ServiceAccount {
    /// For how long an assertion may be used; more is refused (seconds).
    private static let lifetime = 3_600

    /// What the account signs to be given an access token (RFC 7523): a JSON Web Token, RS256.
    func assertion(scope: String, at now: Date) throws -> String {
        let issuedAt = Int(now.timeIntervalSince1970.rounded(.down))
        let kid = keyID.map { #","kid":\#(JSONText.quoted($0))"# } ?? ""
        let header = #"{"alg":"RS256","typ":"JWT"\#(kid)}"#
        let claims = """
            {"iss":\(JSONText.quoted(email)),"scope":\(JSONText.quoted(scope)),"aud":\(JSONText.quoted(tokenURI)),\
            "iat":\(issuedAt),"exp":\(issuedAt + Self.lifetime)}
            """
        let signed = [header, claims].map { String(decoding: Base64URL.encode(Array($0.utf8)), as: UTF8.self) }.joined(separator: ".")
        let signature = try key.signature(for: SHA256.hash(data: Array(signed.utf8)), padding: .insecurePKCS1v1_5)
        return "\(signed).\(String(decoding: Base64URL.encode(Array(signature.rawRepresentation)), as: UTF8.self))"
    }
}
