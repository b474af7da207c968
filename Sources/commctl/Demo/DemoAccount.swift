import Foundation

/// The tenant that the demo made for itself.
struct DemoAccount: Sendable {
    let tenant: UUID
    let motorBlock: UUID
    let apiKey: String
    let api: RestClient
}
