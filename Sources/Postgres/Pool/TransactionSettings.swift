/// Settings that each tenant's transaction of the running task begins with: who asks, for triggers that keep a log.
package enum TransactionSettings {
    /// A setting that lasts as long as the transaction.
    package struct Setting: Sendable, Equatable {
        package let name: String
        package let value: String

        /// - Parameter name: with a prefix of its own, `app.actor`.
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    @TaskLocal package static var current: [Setting] = []
}
