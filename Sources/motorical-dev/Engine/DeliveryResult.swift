import SMTP

/// What became of a job.
struct DeliveryResult: Sendable {
    /// The words of `email_logs.status`.
    enum Status: String, Sendable {
        case delivered, bounced, failed
    }

    let job: DeliveryJob
    let status: Status
    /// The SMTP code of a refusal.
    var code: Int?
    var reason: String?
}
