/// How many requests are answered in a minute, by class; 0 for any number.
package struct RateSettings: Sendable, Equatable {
    package var read: Int
    package var write: Int
    package var send: Int
    package var export: Int
    package var publicPages: Int

    package init(read: Int, write: Int, send: Int, export: Int, publicPages: Int) {
        self.read = read
        self.write = write
        self.send = send
        self.export = export
        self.publicPages = publicPages
    }
}
