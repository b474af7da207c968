import Postgres

/// Why a message failed, in classes that a retry can name.
package enum RetryClass: String, Sendable, CaseIterable, PostgresEnum {
    /// The gateway or the recipient's server refused it for good: the request, what is in it, or whom it is for.
    case rejected
    /// It was put off for too long.
    case expired
    /// It could not be written with its recipient's values.
    case notRenderable = "not_renderable"
    /// It stopped its sender again and again.
    case senderStopped = "sender_stopped"
    /// Campaign or artifact was gone.
    case contentMissing = "content_missing"
    /// Any other failure.
    case other
    /// Whether it was handed over cannot be known: sent again only when it is named.
    case unknown

    /// What "the failed" means where no class is named.
    package static let failures: [RetryClass] = allCases.filter { $0 != .unknown }

    /// How gateways that speak HTTP begin the reason of a refusal: Twilio and FCM of the recipient, too.
    private static let refusals: SQL = "\(raw: RefusalClass.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", "))"

    /// The class of a row `d` of the delivery log; NULL for what is never tried again.
    static let sql: SQL = """
        CASE WHEN d.outcome = 'unknown' THEN 'unknown'
             WHEN d.outcome <> 'failed' THEN NULL
             WHEN d.reason = 'expired' OR d.reason LIKE 'expired:%' THEN 'expired'
             WHEN d.reason LIKE 'stopped its sender%' THEN 'sender_stopped'
             WHEN d.reason IN ('campaign or artifact is gone', 'the request or its content is gone') THEN 'content_missing'
             WHEN split_part(d.reason, ':', 1) IN ('invalidBase', 'invalidProgram', 'valueCount', 'invalidLink', 'bodyTooLarge', 'tooManyRounds')
                  THEN 'not_renderable'
             WHEN split_part(d.reason, ':', 1) IN (\(sql: refusals)) THEN 'rejected'
             WHEN d.reason ~ '^[45][0-9][0-9]([ -]|$)' THEN 'rejected'
             ELSE 'other' END
        """
}
