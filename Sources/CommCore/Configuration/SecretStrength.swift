/// The rule for secrets that sign or open something: long enough, and not one that everybody knows.
enum SecretStrength {
    /// Fewest characters (RFC 8725 asks for 256 bits in an HS256 key).
    static let minimumLength = 32

    /// Words that stand in samples, tutorials and earlier versions of this product.
    private static let wellKnownWords = [
        "dev-secret", "comm-block-secret", "change-me", "changeme", "change_me", "replace-me", "replaceme", "replace_me",
        "your-secret", "your_secret", "placeholder", "example", "insecure",
    ]

    /// Texts that are refused when the whole secret is nothing but their repetition.
    private static let wellKnownUnits = ["secret", "password", "test", "token", "admin", "letmein", "12345678", "0123456789"]

    /// Why a secret is refused; nil when it is good enough.
    ///
    /// The text never holds the secret.
    static func objection(to secret: String) -> String? {
        let lowered = secret.lowercased()
        if wellKnownWords.contains(where: lowered.contains) || wellKnownUnits.contains(where: { isRepetition(of: $0, in: lowered) }) {
            return "is a well-known value; make one with: openssl rand -hex 32"
        }
        if secret.count < minimumLength {
            return "is too short (\(secret.count) characters, at least \(minimumLength) needed); make one with: openssl rand -hex 32"
        }
        if Set(secret).count < 8 {
            return "repeats a few characters; make one with: openssl rand -hex 32"
        }
        return nil
    }

    private static func isRepetition(of unit: String, in text: String) -> Bool {
        let (unit, text) = (Array(unit.utf8), Array(text.utf8))
        return !text.isEmpty && text.indices.allSatisfy { text[$0] == unit[$0 % unit.count] }
    }
}
