/// Why the schema is not, or cannot be made, the one that this build needs.
package struct SchemaError: Error, Sendable, Equatable {
    package enum Code: String, Sendable, CaseIterable {
        /// The migrations folder is missing or cannot be read.
        case unreadable
        /// A file's name is not `NNNN_name.sql`.
        case badName
        /// Two files have one number.
        case duplicate
        /// A number between 1 and the highest has no file.
        case gap
        /// A file was edited after it had been applied.
        case changed
        /// The database has a migration that the folder does not have.
        case unknown
        /// Another migration holds the lock.
        case locked
        /// A migration was refused by the server; nothing of it remains.
        case failed
        /// The database is older than this build.
        case behind
        /// The database is newer than this build.
        case ahead
    }

    package let code: Code
    /// Says what to do, for the operator.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension SchemaError: CustomStringConvertible {
    package var description: String { message }
}
