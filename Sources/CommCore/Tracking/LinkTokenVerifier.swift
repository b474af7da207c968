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
        var token = token
        let result = token.withUTF8 { bytes in
            Result { () throws(LinkTokenError) in try verify(UnsafeRawBufferPointer(bytes), for: purpose, now: now) }
        }
        return try result.get()
    }

    /// The same for bytes, so that a redirect need not copy them.
    package func verify(
        _ token: UnsafeRawBufferPointer,
        for purpose: LinkTokenPurpose,
        now: Date
    ) throws(LinkTokenError) -> LinkToken {
        guard token.count <= Self.largestToken else { throw LinkTokenError(.tooLong, "the token is too long") }
        let dot = UInt8(ascii: ".")
        guard let first = token.firstIndex(of: dot), let second = token[(first + 1)...].firstIndex(of: dot), first > 0,
            second > first + 1, !token[(second + 1)...].contains(dot)
        else { throw Self.malformed }
        let key = try key(of: token[..<first])
        guard let code = Base64URL.decode(token[(second + 1)...]) else { throw Self.malformed }
        var state = key.state
        state.update(UnsafeRawBufferPointer(rebasing: token[..<second]))
        guard state.matches(code) else { throw LinkTokenError(.badSignature, "the signature is wrong") }
        guard let bytes = Base64URL.decode(token[(first + 1)..<second]) else { throw Self.malformed }
        // What our own signer writes has one form; whatever else is well-formed is read member by member.
        if let fields = TokenFields(bytes, purpose) { return try Self.token(fields, purpose, now) }
        guard let claims = TokenClaims(bytes) else { throw Self.malformed }
        return try Self.token(claims, purpose, now)
    }

    private static let malformed = LinkTokenError(.malformed, "the token is malformed")

    /// The key of the header, which has to be, byte for byte, what a signer with one of our keys writes.
    private func key(of header: Slice<UnsafeRawBufferPointer>) throws(LinkTokenError) -> LinkTokenKey {
        let bytes = UnsafeRawBufferPointer(rebasing: header)
        for key in keys where key.header.count == bytes.count + 1 {
            let isSame = key.header.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0.dropLast()).elementsEqual(bytes) }
            if isSame { return key }
        }
        guard let claims = Base64URL.decode(header).flatMap(TokenClaims.init), let algorithm = claims.text("alg") else {
            throw Self.malformed
        }
        guard algorithm == "HS256" else { throw LinkTokenError(.unsupportedAlgorithm, "only HS256 is accepted") }
        throw LinkTokenError(.unknownKey, "the token was not signed with a known key")
    }

    private static func token(_ fields: TokenFields, _ purpose: LinkTokenPurpose, _ now: Date) throws(LinkTokenError) -> LinkToken {
        guard now.timeIntervalSince1970 < Double(fields.expiresAt) + leeway else {
            throw LinkTokenError(.expired, "the token has expired")
        }
        var link: LinkToken.Link?
        if purpose == .click {
            guard let index = fields.linkIndex, let url = fields.url else { throw malformed }
            guard LinkTokenEnding.isWebURL(Array(url.utf8)) else { throw LinkTokenError(.invalidURL, "the target is not a web URL") }
            link = LinkToken.Link(index: index, url: url)
        }
        return LinkToken(
            purpose: purpose,
            subject: fields.subject,
            issuedAt: Date(timeIntervalSince1970: Double(fields.issuedAt)),
            expiresAt: Date(timeIntervalSince1970: Double(fields.expiresAt)),
            link: link
        )
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
