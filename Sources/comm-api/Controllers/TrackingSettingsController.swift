import CommCore
import FoundationEssentials
import Hummingbird

/// What the tenant tracks, and its own tracking domain.
struct TrackingSettingsController: Sendable {
    private struct PatchRequest: RequestFields {
        let patch: TrackingSettingsPatch

        init(_ fields: inout JSONFields) {
            patch = TrackingSettingsPatch(
                opens: fields.bool("track_opens"),
                clicks: fields.bool("track_clicks"),
                scannerTrap: fields.bool("scanner_trap"),
                domain: fields.clearableString("tracking_domain")
            )
        }
    }

    private struct SettingsWire: Encodable {
        let trackOpens: Bool
        let trackClicks: Bool
        let scannerTrap: Bool
        @OrNull var trackingDomain: String?
        let trackingDomainVerified: Bool
        @OrNull var trackingDomainVerifiedAt: Date?
        /// What a CNAME record of the domain has to name.
        @OrNull var trackingDomainTarget: String?

        init(_ settings: TrackingSettings, target: String?) {
            (trackOpens, trackClicks, scannerTrap) = (settings.opens, settings.clicks, settings.scannerTrap)
            _trackingDomain = OrNull(wrappedValue: settings.domain)
            trackingDomainVerified = settings.domainVerifiedAt != nil
            _trackingDomainVerifiedAt = OrNull(wrappedValue: settings.domainVerifiedAt)
            _trackingDomainTarget = OrNull(wrappedValue: target)
        }
    }

    let settings: TrackingSettingsRepository
    let check: TrackingDomainCheck
    let bodyLimit: Int

    func get(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(SettingsWire(try await settings.get(tenantID: context.tenantID), target: check.target))
    }

    func update(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: PatchRequest = try await request.fields(limit: bodyLimit)
        let changed = try await settings.update(tenantID: context.tenantID, patch: body.patch)
        return Answer(SettingsWire(changed, target: check.target), message: "Settings updated")
    }

    /// Looks whether the domain leads here; links use it from then on.
    func verify(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let known = try await settings.get(tenantID: context.tenantID)
        guard let domain = known.domain else {
            throw Problem(.conflict, code: "no_tracking_domain", "There is no tracking domain to verify")
        }
        let leadsHere = await check.leadsHere(domain)
        let changed = try await settings.setVerified(leadsHere, domain: domain, tenantID: context.tenantID)
        let target = check.target ?? ""
        return Answer(
            SettingsWire(changed, target: check.target),
            message: leadsHere ? "Tracking domain verified" : "\(domain) does not lead to \(target) yet: set a CNAME record"
        )
    }
}
