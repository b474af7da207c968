/// How to reach the platform's HTTP API.
package struct PlatformSettings: Sendable {
    /// Base URL without a final slash.
    package var apiBase: String
    /// Key for the API.
    package var apiKey: Secret?
    /// Token for the public API.
    package var publicToken: Secret?

    /// A platform by its base URL.
    package init(apiBase: String, apiKey: Secret? = nil, publicToken: Secret? = nil) {
        self.apiBase = apiBase
        self.apiKey = apiKey
        self.publicToken = publicToken
    }
}
