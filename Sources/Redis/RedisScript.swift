/// A Lua script with the name that the server gives it.
package struct RedisScript: Sendable, Equatable {
    /// The source.
    package let lua: String
    /// SHA-1 of the source, the script's name for `EVALSHA`.
    package let sha1: String

    /// A script from its source.
    package init(_ lua: String) {
        self.lua = lua
        self.sha1 = SHA1.hexDigest(of: lua.utf8)
    }

    /// The call by name; the server answers `NOSCRIPT` when it has forgotten the source.
    func callByName(keys: [String], arguments: [[UInt8]]) -> RedisCommand {
        call("EVALSHA", sha1, keys: keys, arguments: arguments)
    }

    /// The call by source, which also makes the server remember it.
    func callBySource(keys: [String], arguments: [[UInt8]]) -> RedisCommand {
        call("EVAL", lua, keys: keys, arguments: arguments)
    }

    private func call(_ name: String, _ script: String, keys: [String], arguments: [[UInt8]]) -> RedisCommand {
        RedisCommand(
            name,
            [.string(script), .integer(keys.count)] + keys.map(RedisArgument.string) + arguments.map(RedisArgument.bytes)
        )
    }
}
