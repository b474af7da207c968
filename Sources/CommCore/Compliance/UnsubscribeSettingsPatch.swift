import FoundationEssentials

/// A change of the unsubscribe settings as it was received; nil leaves a setting as it is, an empty text takes it away.
package struct UnsubscribeSettingsPatch: Sendable, Equatable {
    package let mode: String?
    package let customURL: String?
    package let brandName: String?
    package let logoURL: String?
    package let colors: [String: String]?
    package let confirmationTexts: [String: String]?

    package init(
        mode: String? = nil,
        customURL: String? = nil,
        brandName: String? = nil,
        logoURL: String? = nil,
        colors: [String: String]? = nil,
        confirmationTexts: [String: String]? = nil
    ) {
        self.mode = mode
        self.customURL = customURL
        self.brandName = brandName
        self.logoURL = logoURL
        self.colors = colors
        self.confirmationTexts = confirmationTexts
    }

    private static let colorNames: Set<String> = ["background", "text", "button", "button_text"]

    /// The settings after the change.
    ///
    /// - Throws: `TenancyError` with `invalid`, naming every field that is refused.
    func applied(to settings: UnsubscribeSettings) throws -> UnsubscribeSettings {
        var check = FieldCheck()
        var result = settings
        if let mode {
            if let known = UnsubscribeSettings.Mode(rawValue: mode) {
                result.mode = known
            } else {
                check.add("unsubscribe_mode", "invalid", "unsubscribe_mode must be customer|motorical")
            }
        }
        if let customURL {
            result.customURL = Self.checked(customURL, "custom_unsubscribe_url", "custom_unsubscribe_url must be HTTPS", &check)
        }
        if let brandName {
            check.line("brand_name", brandName, limit: 100)
            result.page.brandName = brandName.isEmpty ? nil : brandName
        }
        if let logoURL { result.page.logoURL = Self.checked(logoURL, "logo_url", "logo_url must be an https URL", &check) }
        if let colors { result.page.colors = Self.checked(colors: colors, &check) }
        if let confirmationTexts { result.page.confirmationTexts = Self.checked(texts: confirmationTexts, &check) }
        guard check.problems.isEmpty else {
            throw TenancyError(.invalid, check.problems.map(\.message).joined(separator: "; "), problems: check.problems)
        }
        return result
    }

    private static func checked(_ url: String, _ field: String, _ message: String, _ check: inout FieldCheck) -> String? {
        guard !url.isEmpty else { return nil }
        let isPlain = url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !#""<>\^`{|};,"#.utf8.contains($0) }
        guard isPlain, url.utf8.count <= 2_000, url.lowercased().hasPrefix("https://"), let host = URL(string: url)?.host(), !host.isEmpty
        else {
            check.add(field, "invalid", message)
            return nil
        }
        return "https://" + url.dropFirst(8)
    }

    private static func checked(colors: [String: String], _ check: inout FieldCheck) -> [String: String] {
        for (name, value) in colors.sorted(by: { $0.key < $1.key }) {
            let field = "colors.\(name.prefix(100))"
            let isHex = value.utf8.count == 7 && value.hasPrefix("#") && value.dropFirst().allSatisfy(\.isHexDigit) && value.utf8.count == 7
            if !colorNames.contains(name) {
                check.add(field, "unknown", "\(field) is not one of background, button, button_text and text")
            } else if !isHex {
                check.add(field, "invalid", "\(field) must be written as #rrggbb")
            }
        }
        return colors
    }

    private static func checked(texts: [String: String], _ check: inout FieldCheck) -> [String: String] {
        if texts.count > 50 { check.add("confirmation_texts", "too_long", "confirmation_texts holds more than 50 languages") }
        for (language, text) in texts.sorted(by: { $0.key < $1.key }) {
            let field = "confirmation_texts.\(language.prefix(100))"
            let isCode = language.utf8.count == 2 && language.utf8.allSatisfy { (0x61...0x7A).contains($0) }
            if !isCode { check.add(field, "unknown", "\(field) is not named by a language of two letters, such as de") }
            check.text(field, text)
            if text.unicodeScalars.count > 1_000 { check.add(field, "too_long", "\(field) is longer than 1000 characters") }
        }
        return texts
    }
}
