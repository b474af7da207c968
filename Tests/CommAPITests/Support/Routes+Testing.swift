import Foundation
import HTTPTypes

@testable import comm_api

extension DeclaredRoute {
    /// The path with this id, and 1 for a version.
    func filled(with id: UUID) -> String {
        path.replacing("{id}", with: id.uuidString.lowercased()).replacing("{version}", with: "1")
            .replacing("{contact_id}", with: id.uuidString.lowercased()).replacing("{tag}", with: "vip")
            .replacing("{type}", with: "receipt").replacing("{channel}", with: "email")
    }

    /// Whether its body is read as JSON fields, by whoever has a tenant.
    var takesJSON: Bool {
        let isTenants =
            path.hasPrefix("/api/") && !path.contains("provision") && !isPlatforms
            && (!path.contains("webhook") || path.hasPrefix("/api/webhooks/endpoints"))
        let takesNone = [
            "DELETE /api/keys/{id}", "DELETE /api/lists/{id}", "DELETE /api/templates/{id}", "DELETE /api/campaigns/{id}",
            "PATCH /api/campaigns/{id}/restore", "DELETE /api/campaigns/{id}/permanent", "DELETE /api/campaigns/cleanup",
            "DELETE /api/suppressions/{id}", "POST /api/contacts/{id}/unsubscribe", "PUT /api/contacts/{id}/resubscribe",
            "POST /api/lists/{id}/contacts/import", "POST /api/recipients/operations/{id}/cancel",
            "POST /api/recipients/operations/{id}/undo", "POST /api/recipients/operations/{id}/resume", "DELETE /api/recipients/cleanup",
            "PATCH /api/recipients/{id}/restore",
            "DELETE /api/recipients/{id}/permanent", "PUT /api/recipients/{id}/tags/{tag}", "DELETE /api/recipients/{id}/tags/{tag}",
            "DELETE /api/contacts/{id}", "PATCH /api/recipients/{id}", "DELETE /api/tags/{tag}",
            "POST /api/suppressions/import",
            "DELETE /api/recipients/filters/{id}",
            "DELETE /api/v1/message-templates/{id}", "DELETE /api/v1/message-types/{type}",
            "DELETE /api/v1/messages/{id}", "DELETE /api/email-reliability/queue/jobs/{id}",
            "POST /api/email-reliability/queue/jobs/{id}/cancel", "DELETE /api/email-reliability/suppression/{id}",
            "DELETE /api/v1/limits/channels/{channel}", "DELETE /api/v1/limits/campaigns/{id}",
            "POST /api/settings/tracking/verify", "DELETE /api/webhooks/endpoints/{id}",
        ]
        return isTenants && method != .get && !takesNone.contains("\(method.rawValue) \(path)")
    }

    /// What its id is of.
    var resource: String {
        let steps = path.split(separator: "/").map(String.init)
        return switch steps.prefix(3).joined(separator: "/") {
        case _ where path.hasPrefix("/api/recipients/filters/"): "filters"
        case _ where path.hasPrefix("/api/recipients/operations/"): "operations"
        case "api/v1/messages": "messages"
        case "api/v1/limits": "campaigns"
        case "api/v1/message-templates": "message-templates"
        case "api/email-reliability/queue": steps[3] == "retries" ? "retries" : "messages"
        case "api/email-reliability/suppression": "suppressions"
        case "api/email-reliability/events": "campaigns"
        default: steps[1]
        }
    }

    /// Whether it is about every tenant.
    private var isPlatforms: Bool {
        ["limits/gateways", "limits/domain-groups", "limits/adjustments", "limits/reply-rules", "suppressions/global"]
            .contains { path.hasPrefix("/api/v1/\($0)") }
    }

    /// A body that the route accepts, where it needs one.
    var sampleBody: String? {
        switch "\(method.rawValue) \(path)" {
        case "PUT /api/v1/limits/campaigns/{id}": #"{"messages":1,"period_seconds":60}"#
        case "POST /api/lists/{id}/contacts": #"{"emails":["x@ex.test"]}"#
        case "PATCH /api/templates/{id}": #"{"name":"taken over"}"#
        case "PATCH /api/recipients/{id}": #"{"name":"taken over"}"#
        case "PATCH /api/campaigns/{id}/settings": #"{"chunk_size":1}"#
        case "PATCH /api/campaigns/{id}": #"{"name":"taken over"}"#
        case "POST /api/campaigns/{id}/test": #"{"addresses":["x@ex.test"]}"#
        case "POST /api/campaigns/{id}/retry-failed": #"{"classes":["other"]}"#
        case "POST /api/contacts/{id}/consents": #"{"state":"given","source":"form"}"#
        case "POST /api/webhooks/endpoints/{id}/replay": #"{"from":"2026-01-01T00:00:00Z"}"#
        case "POST /api/webhooks/endpoints/{id}/resend": #"{"event_id":"01890a5d-ac96-774b-bcce-b302099a8057"}"#
        default: takesJSON ? "{}" : nil
        }
    }
}
