import FoundationEssentials

/// The part of a message's tokens that does not depend on the link: header and common claims, encoded and hashed.
struct LinkTokenBeginning: Sendable {
    private let bytes: [UInt8]
    private let state: HMACSHA256State

    init(purpose: LinkTokenPurpose, subject: LinkTokenSubject, issuedAt: Date, key: LinkTokenKey) {
        var claims: [UInt8] = []
        claims.reserveCapacity(256)
        Self.appendClaims(purpose, subject, Int64(issuedAt.timeIntervalSince1970.rounded(.down)), to: &claims)
        var bytes = key.header
        bytes.reserveCapacity(512)
        claims.withUnsafeBytes { Base64URL.append($0, to: &bytes) }
        var state = key.state
        state.update(bytes)
        self.bytes = bytes
        self.state = state
    }

    /// Appends a whole token.
    func appendToken(ending: LinkTokenEnding, to output: inout [UInt8]) {
        output.append(contentsOf: bytes)
        output.append(contentsOf: ending.bytes)
        var state = state
        state.update(ending.bytes)
        output.append(UInt8(ascii: "."))
        state.appendCode(to: &output)
    }

    /// Length of a token with this ending, in bytes.
    func tokenCount(ending: LinkTokenEnding) -> Int {
        bytes.count + ending.bytes.count + 1 + Base64URL.encodedCount(32)
    }

    private static func appendClaims(
        _ purpose: LinkTokenPurpose,
        _ subject: LinkTokenSubject,
        _ issuedAt: Int64,
        to claims: inout [UInt8]
    ) {
        append(#"{"iss":"comm","aud":""#, to: &claims)
        append(purpose.rawValue, to: &claims)
        append(#"","t":""#, to: &claims)
        append(purpose.rawValue, to: &claims)
        append(#"","tid":""#, to: &claims)
        subject.tenantID.appendCompact(to: &claims)
        append(#"","cid":""#, to: &claims)
        subject.campaignID.appendCompact(to: &claims)
        append(#"","uid":""#, to: &claims)
        subject.contactID.appendCompact(to: &claims)
        append(#"","mid":""#, to: &claims)
        subject.messageID.appendCompact(to: &claims)
        append(#"","iat":"#, to: &claims)
        append(String(issuedAt), to: &claims)
        append(#","exp":"#, to: &claims)
        append(String(issuedAt + purpose.lifetime), to: &claims)
        // White space is allowed between tokens of JSON: what follows starts a new base64 group.
        while claims.count % 3 != 0 { claims.append(UInt8(ascii: " ")) }
    }

    private static func append(_ text: String, to claims: inout [UInt8]) {
        claims.append(contentsOf: text.utf8)
    }
}
