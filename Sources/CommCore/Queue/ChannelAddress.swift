import Crypto
import FoundationEssentials

/// Where the messages of a channel go: a mail address, a telephone number or the registration of an app.
package struct ChannelAddress: Sendable, Equatable {
    /// The longest registration that is taken (characters): no more than the key of an index holds; those of today have about 160.
    package static let longestToken = 2_048
    private static let hashPrefix = "push:"

    package let channel: Channel
    /// As messages carry it.
    package let recipient: String
    /// What it stands under on the suppression list; no two channels share one.
    ///
    /// Of a registration, a hash.
    package let key: String
    /// Fit to be shown: of a registration, the two ends.
    package let shown: String

    /// The keys of entries that are about it: its own, and that of a mail address's domain.
    var listedKeys: [String] {
        channel == .email ? [key, "@\(key.split(separator: "@").last ?? "")"] : [key]
    }

    /// Reads an address.
    ///
    /// - Returns: nil when it is none of the channel.
    package init?(_ text: String, channel: Channel) {
        self.channel = channel
        switch channel {
        case .email:
            guard let address = try? EmailAddress(text) else { return nil }
            (recipient, key, shown) = (address.deliverable, address.normalized, address.original)
        case .sms:
            guard Self.isNumber(text) else { return nil }
            (recipient, key, shown) = (text, text, text)
        case .push:
            guard Self.isToken(text) else { return nil }
            (recipient, key, shown) = (text, Self.hashPrefix + Self.hash(text), Self.shortened(text))
        }
    }

    /// Reads what an entry of the suppression list is called by: an address, or the hash that the list shows of a registration.
    package init?(listed text: String, channel: Channel) {
        let digits = text.utf8.dropFirst(Self.hashPrefix.utf8.count)
        let isHash =
            channel == .push && text.hasPrefix(Self.hashPrefix) && digits.count == 64
            && digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard isHash else {
            self.init(text, channel: channel)
            return
        }
        self.init(channel: .push, recipient: text, key: text, shown: text)
    }

    /// Reads an address of any channel: of a registration, which can look like much else, only what is long enough for one.
    init?(ofAnyChannel text: String) {
        if let address = ChannelAddress(text, channel: .email) ?? ChannelAddress(text, channel: .sms) {
            self = address
        } else if text.utf8.count >= 16, !text.contains("@"), let address = ChannelAddress(listed: text, channel: .push) {
            self = address
        } else {
            return nil
        }
    }

    private init(channel: Channel, recipient: String, key: String, shown: String) {
        self.channel = channel
        self.recipient = recipient
        self.key = key
        self.shown = shown
    }

    /// Of which channel the address is that stands under a key; a domain and the mark of an erased person are of email.
    static func channel(ofKey key: String) -> Channel {
        if key.contains("@") { return .email }
        return key.hasPrefix("+") ? .sms : key.hasPrefix(hashPrefix) ? .push : .email
    }

    /// Whether a text is a telephone number as networks use it (E.164): `+`, the country, at most 15 digits.
    package static func isNumber(_ text: String) -> Bool {
        let digits = text.utf8.dropFirst()
        return text.utf8.first == UInt8(ascii: "+") && (7...15).contains(digits.count) && digits.first != UInt8(ascii: "0")
            && digits.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// Whether a text can be the registration of an app.
    package static func isToken(_ text: String) -> Bool {
        (1...longestToken).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// An address of any channel in which most is left out: for logs.
    package static func masked(_ recipient: String) -> String {
        if let at = recipient.lastIndex(of: "@") { return "\(recipient.prefix(1))…\(recipient[at...])" }
        if isNumber(recipient) { return "\(recipient.prefix(3))…\(recipient.suffix(2))" }
        return shortened(recipient)
    }

    private static func shortened(_ token: String) -> String {
        token.count > 20 ? "\(token.prefix(6))…\(token.suffix(4))" : "\(token.prefix(2))…"
    }

    private static func hash(_ text: String) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let hash = SHA256.hash(data: Array(text.utf8))
        return String(decoding: hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
