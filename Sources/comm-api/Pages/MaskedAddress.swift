/// An address that its owner recognises and nobody else learns: `ca***@example.org`.
enum MaskedAddress {
    static func of(_ address: String) -> String {
        guard let at = address.lastIndex(of: "@") else { return "***" }
        return "\(address[..<at].prefix(2))***\(address[at...])"
    }
}
