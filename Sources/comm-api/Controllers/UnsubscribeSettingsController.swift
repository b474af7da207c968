import CommCore
import Hummingbird

/// What people see who unsubscribe.
struct UnsubscribeSettingsController: Sendable {
    private struct PatchRequest: RequestFields {
        let patch: UnsubscribeSettingsPatch

        init(_ fields: inout JSONFields) {
            patch = UnsubscribeSettingsPatch(
                mode: fields.string("unsubscribe_mode"),
                customURL: fields.clearableString("custom_unsubscribe_url"),
                brandName: fields.clearableString("brand_name"),
                logoURL: fields.clearableString("logo_url"),
                colors: fields.stringMap("colors"),
                confirmationTexts: fields.stringMap("confirmation_texts")
            )
        }
    }

    private struct SettingsWire: Encodable {
        let unsubscribeMode: String
        @OrNull var customUnsubscribeURL: String?
        @OrNull var brandName: String?
        @OrNull var logoURL: String?
        let colors: [String: String]
        let confirmationTexts: [String: String]

        init(_ settings: UnsubscribeSettings) {
            unsubscribeMode = settings.mode.rawValue
            _customUnsubscribeURL = OrNull(wrappedValue: settings.customURL)
            _brandName = OrNull(wrappedValue: settings.page.brandName)
            _logoURL = OrNull(wrappedValue: settings.page.logoURL)
            (colors, confirmationTexts) = (settings.page.colors, settings.page.confirmationTexts)
        }
    }

    let settings: UnsubscribeSettingsRepository
    let bodyLimit: Int

    func get(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(SettingsWire(try await settings.get(tenantID: context.tenantID)))
    }

    func update(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: PatchRequest = try await request.fields(limit: bodyLimit)
        let changed = try await settings.update(tenantID: context.tenantID, patch: body.patch)
        return Answer(SettingsWire(changed), message: "Settings updated")
    }
}
