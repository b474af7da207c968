extension ConfigurationKeys {
    static let logGateway = ConfigurationKey.flag(
        ConfigurationEntry(
            name: "COMM_LOG_GATEWAY",
            chapter: .gateways,
            readBy: [.sender],
            summary: "Writes what would go out to the log instead of sending it, on every channel. Refused in production."
        ),
        default: false
    )

    // MARK: Twilio

    static let twilioAccountSID = ConfigurationKey.optionalText(
        ConfigurationEntry(
            name: "COMM_TWILIO_ACCOUNT_SID",
            chapter: .twilio,
            readBy: [.sender],
            summary: "The account, `AC…`. With it, text messages go out by Twilio."
        )
    )

    static let twilioToken = ConfigurationKey.credential(
        ConfigurationEntry(
            name: "COMM_TWILIO_AUTH_TOKEN",
            chapter: .twilio,
            readBy: [.api, .sender],
            requirement: "comm-sender with `COMM_TWILIO_ACCOUNT_SID` and no API key",
            summary: "The account's primary auth token. With it, Twilio's reports on text messages are accepted; it sends when there is no "
                + "API key."
        )
    )

    static let twilioKeySID = ConfigurationKey.optionalText(
        ConfigurationEntry(
            name: "COMM_TWILIO_API_KEY_SID",
            chapter: .twilio,
            readBy: [.sender],
            summary: "An API key, `SK…`, to send with instead of the account's token."
        )
    )

    static let twilioKeySecret = ConfigurationKey.credential(
        ConfigurationEntry(
            name: "COMM_TWILIO_API_KEY_SECRET",
            chapter: .twilio,
            readBy: [.sender],
            requirement: "comm-sender with `COMM_TWILIO_API_KEY_SID`",
            summary: "The API key's secret."
        )
    )

    static let twilioFrom = ConfigurationKey.optionalText(
        ConfigurationEntry(
            name: "COMM_TWILIO_FROM",
            chapter: .twilio,
            readBy: [.sender],
            requirement: "comm-sender with `COMM_TWILIO_ACCOUNT_SID` and no messaging service",
            summary: "Whom text messages come from: a number such as `+15005550006`, a short code, or a name of at most 11 characters."
        )
    )

    static let twilioService = ConfigurationKey.optionalText(
        ConfigurationEntry(
            name: "COMM_TWILIO_MESSAGING_SERVICE_SID",
            chapter: .twilio,
            readBy: [.sender],
            summary: "A messaging service, `MG…`, that chooses the number instead."
        )
    )

    static let twilioURL = ConfigurationKey.gatewayURL(
        ConfigurationEntry(
            name: "COMM_TWILIO_URL",
            chapter: .twilio,
            readBy: [.sender],
            summary: "The API of another region than the US: `https://api.ie1.twilio.com`."
        )
    )

    // MARK: Firebase

    static let fcmServiceAccountJSON = ConfigurationKey.credential(
        ConfigurationEntry(
            name: "FCM_SERVICE_ACCOUNT_JSON",
            chapter: .firebase,
            readBy: [.sender],
            summary: "The JSON of a service account that may send (role Firebase Cloud Messaging API Admin). With it, or with one of the "
                + "next two, pushes go out by Firebase."
        ),
        kind: "JSON of a service account"
    )

    static let fcmServiceAccountFile = ConfigurationKey.optionalText(
        ConfigurationEntry(
            name: "FCM_SERVICE_ACCOUNT_FILE",
            chapter: .firebase,
            readBy: [.sender],
            summary: "The file that holds it; only the sender may be able to read it."
        )
    )

    static let googleCredentials = ConfigurationKey.optionalText(
        ConfigurationEntry(
            name: "GOOGLE_APPLICATION_CREDENTIALS",
            chapter: .firebase,
            readBy: [.sender],
            summary: "Google's own name for that file; counts when neither of the two above nor `FCM_SERVER_KEY` is set, and "
                + "`FCM_PROJECT_ID` is."
        )
    )

    static let fcmServerKey = ConfigurationKey.credential(
        ConfigurationEntry(
            name: "FCM_SERVER_KEY",
            chapter: .firebase,
            readBy: [.sender],
            summary: "The name of older installations: the JSON of a service account or the path of its file. A server key of the "
                + "legacy API, which Google switched off in 2024, is refused."
        )
    )

    static let fcmProjectID = ConfigurationKey.optionalText(
        ConfigurationEntry(
            name: "FCM_PROJECT_ID",
            chapter: .firebase,
            readBy: [.sender],
            summary: "The project, when it is not the service account's own."
        )
    )

    static let fcmURL = ConfigurationKey.gatewayURL(
        ConfigurationEntry(
            name: "COMM_FCM_URL",
            chapter: .firebase,
            readBy: [.sender],
            summary: "Another address than `https://fcm.googleapis.com`, for tests; refused in production."
        )
    )

    static let fcmTokenURL = ConfigurationKey.gatewayURL(
        ConfigurationEntry(
            name: "COMM_FCM_TOKEN_URL",
            chapter: .firebase,
            readBy: [.sender],
            summary: "Where access tokens are asked for, at `/token`, for tests; refused in production."
        )
    )

    static let firebaseWebhookSecret = ConfigurationKey.credential(
        ConfigurationEntry(
            name: "COMM_FIREBASE_WEBHOOK_SECRET",
            chapter: .firebase,
            readBy: [.api],
            summary: "By which the server of an app signs what it reports on pushes (Standard Webhooks): `whsec_` and the base64 of "
                + "24 to 64 random bytes. With it, such reports are accepted."
        )
    )
}
