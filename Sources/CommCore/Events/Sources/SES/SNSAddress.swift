import FoundationEssentials

/// Which addresses in a message of SNS may be fetched: those of SNS itself, and nothing that only looks like one.
package enum SNSAddress {
    /// Whether it is the address of a signing certificate in the region.
    package static func isCertificate(_ text: String, region: String) -> Bool {
        guard let url = url(text, region: region), url.query == nil else { return false }
        return url.path.hasSuffix(".pem")
    }

    /// Whether it confirms a subscription to the topic.
    package static func isConfirmation(_ text: String, topic: String, region: String) -> Bool {
        guard let items = url(text, region: region)?.queryItems else { return false }
        func value(_ name: String) -> String? {
            let values = items.filter { $0.name == name }.compactMap(\.value)
            return values.count == 1 ? values[0] : nil
        }
        return value("Action") == "ConfirmSubscription" && value("TopicArn") == topic && value("Token")?.isEmpty == false
    }

    /// `https://sns.<region>.amazonaws.com/…` without user, port and fragment.
    private static func url(_ text: String, region: String) -> URLComponents? {
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
        guard isPlain, text.hasPrefix("https://"), let url = URLComponents(string: text), url.user == nil, url.password == nil,
            url.port == nil || url.port == 443, url.fragment == nil, let host = url.host, region.count >= 3,
            region.utf8.allSatisfy({ ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 45 })
        else { return nil }
        return ["sns.\(region).amazonaws.com", "sns.\(region).amazonaws.com.cn"].contains(host.lowercased()) ? url : nil
    }
}
