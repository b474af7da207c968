import HTTPTypes

/// Header fields of this API that have no standard constant.
extension HTTPField.Name {
    static let requestID = constant("X-Request-Id")
    static let internalToken = constant("X-Internal-Token")
    static let tenantID = constant("X-Tenant-Id")
    static let idempotencyKey = constant("Idempotency-Key")
    static let idempotencyReplayed = constant("Idempotency-Replayed")
    static let motoricalSignature = constant("X-Motorical-Signature")
    static let motoricalTimestamp = constant("X-Motorical-Timestamp")
    static let postalSignature = constant("X-Postal-Signature")
    static let postalSignature256 = constant("X-Postal-Signature-256")
    static let postalKeyID = constant("X-Postal-Signature-KID")
    static let twilioSignature = constant("X-Twilio-Signature")
    static let webhookID = constant("webhook-id")
    static let webhookTimestamp = constant("webhook-timestamp")
    static let webhookSignature = constant("webhook-signature")
    static let snsRawDelivery = constant("X-Amz-Sns-Rawdelivery")
    static let forwardedFor = constant("X-Forwarded-For")
    static let rateLimit = constant("X-RateLimit-Limit")
    static let rateRemaining = constant("X-RateLimit-Remaining")
    static let rateReset = constant("X-RateLimit-Reset")
    static let rateLimitPolicy = constant("RateLimit-Policy")
    static let rateLimitNow = constant("RateLimit")
    static let link = constant("Link")
    static let referrerPolicy = constant("Referrer-Policy")
    static let robots = constant("X-Robots-Tag")
    static let frameOptions = constant("X-Frame-Options")
    static let permissionsPolicy = constant("Permissions-Policy")
    static let lastEventID = constant("Last-Event-ID")
    static let accelBuffering = constant("X-Accel-Buffering")

    /// Every name above is a valid token, so the fallback is never used.
    private static func constant(_ name: String) -> HTTPField.Name {
        HTTPField.Name(name) ?? .server
    }
}
