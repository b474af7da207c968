import Foundation

/// Everything that the demo is told from outside.
struct DemoSettings: Sendable {
    var recipients: Int
    var api: String
    var platform: String
    var sinkIndex: URL
    var sinkStore: URL
    var result: URL
    var patience: Duration
    var internalToken: String
}
