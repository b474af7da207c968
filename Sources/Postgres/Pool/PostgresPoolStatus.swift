/// How busy a pool is at one moment.
package struct PostgresPoolStatus: Sendable, Equatable {
    /// Connections that are open or being opened.
    package var open: Int
    /// Those of them that nobody has borrowed.
    package var idle: Int
    /// Borrowers that wait.
    package var waiting: Int
}
