/// How to reach a PostgreSQL database.
package struct DatabaseSettings: Sendable {
    /// Connection URL (`postgresql://…`), password included.
    package var url: Secret
    /// Most connections that one program keeps.
    package var poolSize: Int

    /// A database by its URL.
    package init(url: Secret, poolSize: Int = 10) {
        self.url = url
        self.poolSize = poolSize
    }
}
