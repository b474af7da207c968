import FoundationEssentials

/// Checks link tokens: pinned algorithm, named key, purpose and time.
package struct LinkTokenVerifier: Sendable {
    /// A longer token is refused unread (bytes).
    package static let largestToken = 4_096
    /// How far the clocks of two machines may differ (seconds).
    package static let leeway: Double = 60

    private let keys: [LinkTokenKey]

    /// A verifier that knows the current key and those it replaced.
    package init(keys: [LinkTokenKey]) {
        self.keys = keys
    }

    /// What the token says, if it is genuine, in time and meant for the purpose.
    package func verify(_ token: String, for purpose: LinkTokenPurpose, now: Date) throws(LinkTokenError) -> LinkToken {
        guard token.utf8.count <= Self.largestToken else { throw LinkTokenError(.tooLong, "the token is too long") }
        let bytes = Array(token.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, !parts[1].isEmpty else { throw Self.malformed }
        let key = try key(of: parts[0])
        guard let code = Base64URL.decode(parts[2]) else { throw Self.malformed }
        var state = key.state
        state.update(Array(bytes[..<parts[1].endIndex]))
        guard state.matches(code) else { throw LinkTokenError(.badSignature, "the signature is wrong") }
        guard let claims = Base64URL.decode(parts[1]).flatMap(TokenClaims.init) else { throw Self.malformed }
        return try Self.token(claims, purpose, now)
    }

    private static let malformed = LinkTokenError(.malformed, "the token is malformed")

    /// The key of the header, which has to be, byte for byte, what a signer with one of our keys writes.
    private func key(of header: ArraySlice<UInt8>) throws(LinkTokenError) -> LinkTokenKey {
        for key in keys where key.header.dropLast().elementsEqual(header) { return key }
        guard let claims = Base64URL.decode(header).flatMap(TokenClaims.init), let algorithm = claims.text("alg") else {
            throw Self.malformed
        }
        guard algorithm == "HS256" else { throw LinkTokenError(.unsupportedAlgorithm, "only HS256 is accepted") }
        throw LinkTokenError(.unknownKey, "the token was not signed with a known key")
    }

    private static func token(_ claims: TokenClaims, _ purpose: LinkTokenPurpose, _ now: Date) throws(LinkTokenError) -> LinkToken {
        guard claims.text("iss") == "comm", claims.text("aud") == purpose.rawValue, claims.text("t") == purpose.rawValue else {
            throw LinkTokenError(.wrongAudience, "the token is not a \(purpose.rawValue) token")
        }
        guard let issuedAt = claims.number("iat"), let expiresAt = claims.number("exp"), let subject = subject(claims) else {
            throw malformed
        }
        guard now.timeIntervalSince1970 < expiresAt + leeway else { throw LinkTokenError(.expired, "the token has expired") }
        return LinkToken(
            purpose: purpose,
            subject: subject,
            issuedAt: Date(timeIntervalSince1970: issuedAt),
            expiresAt: Date(timeIntervalSince1970: expiresAt),
            link: purpose == .click ? try link(claims) : nil
        )
    }

    private static func subject(_ claims: TokenClaims) -> LinkTokenSubject? {
        func identifier(_ name: String) -> UUID? { claims.text(name).flatMap(UUID.init(compact:)) }
        guard let tenant = identifier("tid"), let campaign = identifier("cid"), let contact = identifier("uid"),
            let message = identifier("mid")
        else { return nil }
        return LinkTokenSubject(tenantID: tenant, campaignID: campaign, contactID: contact, messageID: message)
    }

    private static func link(_ claims: TokenClaims) throws(LinkTokenError) -> LinkToken.Link {
        guard let number = claims.number("idx"), let index = Int(exactly: number), index >= 0, let url = claims.text("url") else {
            throw malformed
        }
        guard LinkTokenEnding.isWebURL(Array(url.utf8)) else { throw LinkTokenError(.invalidURL, "the target is not a web URL") }
        return LinkToken.Link(index: index, url: url)
    }
}
