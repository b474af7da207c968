import FoundationEssentials

/// The claims of a token in the form that our signer gives them, read in one pass.
///
/// Only after the signature was checked; nil for every other form, which then has to be read in the general way.
struct TokenFields {
    let subject: LinkTokenSubject
    /// Seconds.
    let issuedAt: Int
    let expiresAt: Int
    var linkIndex: Int?
    var url: String?

    init?(_ claims: [UInt8], _ purpose: LinkTokenPurpose) {
        let parsed = claims.withUnsafeBytes { bytes -> TokenFields? in
            var reader = Reader(bytes: bytes)
            guard reader.take(#"{"iss":"comm","aud":""#), reader.take(purpose.rawValue), reader.take(#"","t":""#),
                reader.take(purpose.rawValue), reader.take(#"","tid":""#), let tenant = reader.identifier(), reader.take(#"","cid":""#),
                let campaign = reader.identifier(), reader.take(#"","uid":""#), let contact = reader.identifier(),
                reader.take(#"","mid":""#), let message = reader.identifier(), reader.take(#"","iat":"#), let issuedAt = reader.number(),
                reader.take(#","exp":"#), let expiresAt = reader.number()
            else { return nil }
            var fields = TokenFields(
                subject: LinkTokenSubject(tenantID: tenant, campaignID: campaign, contactID: contact, messageID: message),
                issuedAt: issuedAt,
                expiresAt: expiresAt
            )
            reader.skipBlanks()
            if reader.take(#","idx":"#) {
                guard let index = reader.number(), reader.take(#","url":""#), let url = reader.plainText() else { return nil }
                (fields.linkIndex, fields.url) = (index, url)
            }
            return reader.take("}") && reader.isAtEnd ? fields : nil
        }
        guard let parsed else { return nil }
        self = parsed
    }

    private init(subject: LinkTokenSubject, issuedAt: Int, expiresAt: Int) {
        (self.subject, self.issuedAt, self.expiresAt) = (subject, issuedAt, expiresAt)
    }
}

extension TokenFields {
    private struct Reader {
        let bytes: UnsafeRawBufferPointer
        var position = 0

        var isAtEnd: Bool { position == bytes.count }

        mutating func take(_ text: StaticString) -> Bool {
            take(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        }

        mutating func take(_ text: String) -> Bool {
            var text = text
            return text.withUTF8 { take(UnsafeRawBufferPointer($0)) }
        }

        private mutating func take(_ text: UnsafeRawBufferPointer) -> Bool {
            guard position + text.count <= bytes.count else { return false }
            for place in 0..<text.count where bytes[position + place] != text[place] { return false }
            position += text.count
            return true
        }

        mutating func skipBlanks() {
            while position < bytes.count, bytes[position] == 0x20 { position += 1 }
        }

        mutating func identifier() -> UUID? {
            guard position + 22 <= bytes.count else { return nil }
            let text = UnsafeRawBufferPointer(rebasing: bytes[position..<position + 22])
            guard let decoded = Base64URL.decode(text), decoded.count == 16 else { return nil }
            position += 22
            return UUID(uuid: decoded.withUnsafeBytes { $0.loadUnaligned(as: uuid_t.self) })
        }

        mutating func number() -> Int? {
            var value = 0
            let start = position
            while position < bytes.count, position - start < 15, (0x30...0x39).contains(bytes[position]) {
                value = value * 10 + Int(bytes[position] - 0x30)
                position += 1
            }
            return position > start ? value : nil
        }

        /// Text up to its closing quote, if nothing in it is escaped.
        mutating func plainText() -> String? {
            let start = position
            while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
                guard bytes[position] != UInt8(ascii: "\\"), bytes[position] >= 0x20 else { return nil }
                position += 1
            }
            guard position < bytes.count else { return nil }
            let text = String(validating: UnsafeRawBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
            position += 1
            return text
        }
    }
}
