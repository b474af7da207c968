import CommCore
import Hummingbird

/// How the tenant sends: what the preflight stops, whose domains it may use, which hosts are not tracked.
struct SendingSettingsController: Sendable {
    private struct PatchRequest: RequestFields {
        let patch: SendingSettingsPatch

        init(_ fields: inout JSONFields) {
            let preflight = fields.nested("preflight") { (levels: $0.stringMap("levels"), limits: $0.intMap("limits")) }
            patch = SendingSettingsPatch(
                levels: preflight?.levels,
                limits: preflight?.limits,
                untrackedHosts: fields.strings("untracked_hosts"),
                senderDomains: fields.strings("sender_domains"),
                timezone: fields.string("timezone"),
                sendingWindows: fields.sendingWindows("sending_windows"),
                approvalThreshold: fields.int("approval_threshold")
            )
        }
    }

    private struct SettingsWire: Encodable {
        /// With every level and limit, those of the defaults included.
        let preflight: PreflightPolicy
        let untrackedHosts: [String]
        let senderDomains: [String]
        @OrNull var timezone: String?
        let sendingWindows: [SendingWindow]
        @OrNull var approvalThreshold: Int64?

        init(_ settings: SendingSettings) {
            preflight = settings.preflight.complete
            (untrackedHosts, senderDomains) = (settings.untrackedHosts, settings.senderDomains)
            _timezone = OrNull(wrappedValue: settings.timezone)
            sendingWindows = settings.sendingWindows
            _approvalThreshold = OrNull(wrappedValue: settings.approvalThreshold)
        }
    }

    let settings: SendingSettingsRepository
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
