/// What an API key may do.
///
/// `all` holds every other scope; nothing else includes anything.
package enum APIScope: String, Sendable, CaseIterable, Codable {
    case all
    /// Contacts, lists and import reports.
    case contactsRead = "contacts:read"
    case contactsWrite = "contacts:write"
    case templatesRead = "templates:read"
    case templatesWrite = "templates:write"
    case campaignsRead = "campaigns:read"
    /// Create, change, compile and preview: nothing that sends.
    case campaignsWrite = "campaigns:write"
    /// Schedule, pause, resume and cancel.
    case campaignsSend = "campaigns:send"
    /// Approve and reject campaigns of others.
    case campaignsApprove = "campaigns:approve"
    /// Hold the queue back, let it go, clear away what is over.
    case queueManage = "queue:manage"
    case suppressionsRead = "suppressions:read"
    case suppressionsWrite = "suppressions:write"
    /// Create, list and revoke API keys.
    case keysManage = "keys:manage"
    /// How the tenant sends: preflight policy, sender domains, untracked hosts. How long it keeps what.
    case settingsManage = "settings:manage"
    /// Who changed what.
    case auditRead = "audit:read"
    /// Export and erase a person.
    case gdprManage = "gdpr:manage"
    /// Endpoints that are told events, and their deliveries.
    case webhooksManage = "webhooks:manage"
    /// Messages of one's own: what became of them, their templates.
    case messagesRead = "messages:read"
    /// Send and cancel messages.
    case messagesSend = "messages:send"
    /// The stream of events.
    case eventsRead = "events:read"
}
