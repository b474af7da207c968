import FoundationEssentials

/// What people see who unsubscribe.
package struct UnsubscribeSettings: Sendable, Equatable {
    package enum Mode: String, Sendable, Codable, CaseIterable {
        /// The customer's own page, if there is one, is shown afterwards.
        case customer
        /// Always the page of this suite.
        case motorical
    }

    /// How the pages look, and what they say besides their own texts.
    package struct Page: Sendable, Equatable, Codable {
        /// The sender's name, above everything.
        package var brandName: String?
        /// An https image in the place of the name.
        package var logoURL: String?
        /// `background`, `text`, `button`, `button_text`: `#rrggbb`.
        package var colors: [String: String]
        /// By language (`de`): said after unsubscribing, below our own sentence.
        package var confirmationTexts: [String: String]

        enum CodingKeys: String, CodingKey {
            case colors
            case brandName = "brand_name"
            case logoURL = "logo_url"
            case confirmationTexts = "confirmation_texts"
        }

        package init(
            brandName: String? = nil,
            logoURL: String? = nil,
            colors: [String: String] = [:],
            confirmationTexts: [String: String] = [:]
        ) {
            self.brandName = brandName
            self.logoURL = logoURL
            self.colors = colors
            self.confirmationTexts = confirmationTexts
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            brandName = try container.decodeIfPresent(String.self, forKey: .brandName)
            logoURL = try container.decodeIfPresent(String.self, forKey: .logoURL)
            colors = try container.decodeIfPresent([String: String].self, forKey: .colors) ?? [:]
            confirmationTexts = try container.decodeIfPresent([String: String].self, forKey: .confirmationTexts) ?? [:]
        }
    }

    /// Of a tenant that has set nothing.
    package static let standard = UnsubscribeSettings(mode: .customer, customURL: nil, page: Page())

    package var mode: Mode
    package var customURL: String?
    package var page: Page

    /// Where to send people who have unsubscribed; nil for our own page.
    ///
    /// - Parameter address: masked.
    package func landing(address: String, campaignID: UUID?) -> String? {
        guard mode == .customer, let customURL else { return nil }
        let fragment = customURL.firstIndex(of: "#") ?? customURL.endIndex
        let base = customURL[..<fragment]
        var query = "status=unsubscribed&email=\(Self.encoded(address))"
        if let campaignID { query += "&campaign=\(campaignID.uuidString.lowercased())" }
        return base + (base.contains("?") ? "&" : "?") + query + customURL[fragment...]
    }

    private static func encoded(_ text: String) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
            default: bytes += [0x25, hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
