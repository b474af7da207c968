/// Bounds of what a message may hold.
package enum MessageLimits {
    /// Recipients of one bulk request.
    package static let recipients = 100_000
    /// Values of one recipient, and their sizes (bytes).
    package static let variables = 200
    package static let variableBytes = 65_536
    static let tags = 20
    static let fallbacks = 3
    static let tagLength = 100
    static let headers = 50
    static let headerValue = 2_000
    static let attachments = 20
    /// All attachments of a message, in base64 (bytes).
    static let attachmentBytes = 10 << 20
    /// Characters of a text message: ten parts of a concatenated SMS in UCS-2 are 670.
    static let smsCharacters = 1_600
    /// FCM's payload limit (bytes).
    static let pushBytes = 4_096
    static let metadataBytes = 16_384
    /// How far ahead a message may be asked for (seconds).
    static let horizon: Double = 366 * 86_400
}
