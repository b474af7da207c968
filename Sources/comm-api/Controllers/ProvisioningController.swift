import CommCore
import FoundationEssentials
import Hummingbird

/// The platform gives its accounts a tenant and takes it away again.
struct ProvisioningController: Sendable {
    private struct ProvisionRequest: RequestFields {
        let accountID: UUID?
        let status: TenantStatus?

        init(_ fields: inout JSONFields) {
            accountID = fields.uuid("motorical_account_id")
            fields.require("motorical_account_id", accountID != nil)
            let word = fields.string("status")
            status = word.flatMap(TenantStatus.init(rawValue:))
            if word != nil, status == nil { fields.add("status", "invalid", "must be one of active, paused, closed") }
        }
    }

    private struct DeprovisionRequest: RequestFields {
        let accountID: UUID?

        init(_ fields: inout JSONFields) {
            accountID = fields.uuid("motorical_account_id")
            fields.require("motorical_account_id", accountID != nil)
        }
    }

    private struct ProvisionedWire: Encodable {
        let tenantID: UUID
        let status: String
        let created: Bool
    }

    private struct DeprovisionedWire: Encodable {
        let tenantID: UUID
        let pausedCampaigns: Int
    }

    let tenants: TenantRepository
    let bodyLimit: Int

    /// The same account again answers the same tenant and sets its status.
    func provision(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        let body: ProvisionRequest = try await request.fields(limit: bodyLimit)
        let tenant = try await tenants.provision(
            accountID: try body.accountID.required("motorical_account_id"),
            status: body.status ?? .active
        )
        return Answer(
            ProvisionedWire(tenantID: tenant.tenantID, status: tenant.status.rawValue, created: tenant.created),
            message: "Tenant provisioned"
        )
    }

    /// Pauses the tenant and its campaigns.
    func deprovision(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        let body: DeprovisionRequest = try await request.fields(limit: bodyLimit)
        let accountID = try body.accountID.required("motorical_account_id")
        do {
            let tenant = try await tenants.deprovision(accountID: accountID)
            return Answer(
                DeprovisionedWire(tenantID: tenant.tenantID, pausedCampaigns: tenant.pausedCampaigns),
                message: "Tenant deprovisioned (paused)"
            )
        } catch let error as TenancyError where error.code == .notProvisioned {
            throw Problem.notFound("Tenant of this account")
        }
    }
}

extension Optional {
    /// The value of a field that was checked to be there.
    func required(_ field: String) throws -> Wrapped {
        guard let self else { throw Problem.invalid([.required(field)]) }
        return self
    }
}
