/// A project at Firebase.
package struct FCMSettings: Sendable {
    /// Base URL without a final slash.
    package var base: String
    package var projectID: String
    /// Who we are for Google.
    package var account: ServiceAccount

    package init(base: String = "https://fcm.googleapis.com", projectID: String, account: ServiceAccount) {
        self.base = base
        self.projectID = projectID
        self.account = account
    }
}
