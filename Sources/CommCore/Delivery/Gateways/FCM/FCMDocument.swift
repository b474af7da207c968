import FoundationEssentials

/// What FCM is sent for a message.
enum FCMDocument {
    /// What FCM keeps a message for at most (seconds).
    static let longestLife = 4 * 7 * 86_400

    static func body(for push: PushMessage, at now: Date) -> [UInt8] {
        let id = push.messageID
        let life = push.expiresAt.map { min(max(Int($0.timeIntervalSince(now)), 0), longestLife) }
        let notification = push.title.isEmpty && push.body.isEmpty ? nil : Notification(title: push.title, body: push.body)
        let document = Document(
            message: Message(
                token: push.token,
                notification: notification,
                data: push.wholeData,
                android: Android(
                    collapseKey: id,
                    priority: push.isUrgent ? "HIGH" : "NORMAL",
                    ttl: life.map { "\($0)s" },
                    notification: notification.map { _ in Tag(tag: id) }
                ),
                apns: APNs(headers: apnsHeaders(push, id: id, life: life, now: now)),
                webpush: WebPush(
                    // A topic of web push has 32 characters at most.
                    headers: ["Topic": id.replacing("-", with: ""), "Urgency": push.isUrgent ? "high" : "normal"]
                        .merging(life.map { ["TTL": String($0)] } ?? [:]) { $1 }
                )
            )
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A document of texts can always be written.
        return (try? encoder.encode(document)).map(Array.init) ?? []
    }

    private static func apnsHeaders(_ push: PushMessage, id: String, life: Int?, now: Date) -> [String: String] {
        var headers = ["apns-collapse-id": id, "apns-priority": push.isUrgent ? "10" : "5"]
        if let life { headers["apns-expiration"] = String(Int(now.timeIntervalSince1970) + life) }
        return headers
    }

    private struct Document: Encodable {
        let message: Message
    }

    private struct Message: Encodable {
        let token: String
        let notification: Notification?
        let data: [String: String]
        let android: Android
        let apns: APNs
        let webpush: WebPush
    }

    private struct Notification: Encodable {
        let title: String
        let body: String
    }

    private struct Android: Encodable {
        let collapseKey: String
        let priority: String
        let ttl: String?
        let notification: Tag?

        enum CodingKeys: String, CodingKey {
            case priority, ttl, notification
            case collapseKey = "collapse_key"
        }
    }

    private struct Tag: Encodable {
        let tag: String
    }

    private struct APNs: Encodable {
        let headers: [String: String]
    }

    private struct WebPush: Encodable {
        let headers: [String: String]
    }
}
