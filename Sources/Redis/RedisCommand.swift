/// A command and its arguments, not yet encoded.
package struct RedisCommand: Sendable, Equatable {
    /// The name, `LPUSH` for example.
    package let name: String
    /// What follows the name.
    package let arguments: [RedisArgument]

    /// A command from its name and arguments.
    package init(_ name: String, _ arguments: [RedisArgument] = []) {
        self.name = name
        self.arguments = arguments
    }
}

extension RedisCommand: ExpressibleByArrayLiteral {
    /// A command of texts only: `["SET", "key", "value"]`.
    package init(arrayLiteral elements: String...) {
        self.init(elements.first ?? "", elements.dropFirst().map(RedisArgument.string))
    }
}

extension RedisCommand {
    /// The commands as one buffer in the Redis protocol, ready to be written in one go.
    static func encode(_ commands: [RedisCommand]) -> [UInt8] {
        var buffer: [UInt8] = []
        buffer.reserveCapacity(commands.reduce(0) { $0 + $1.estimatedSize })
        for command in commands {
            command.encode(into: &buffer)
        }
        return buffer
    }

    private var estimatedSize: Int {
        arguments.reduce(32 + name.utf8.count) { $0 + $1.count + 16 }
    }

    private func encode(into buffer: inout [UInt8]) {
        buffer.append(UInt8(ascii: "*"))
        Self.appendLine(arguments.count + 1, to: &buffer)
        Self.appendBulk(name.utf8, count: name.utf8.count, to: &buffer)
        for argument in arguments {
            switch argument {
            case .string(let text): Self.appendBulk(text.utf8, count: text.utf8.count, to: &buffer)
            case .bytes(let bytes): Self.appendBulk(bytes, count: bytes.count, to: &buffer)
            }
        }
    }

    private static func appendBulk(_ content: some Sequence<UInt8>, count: Int, to buffer: inout [UInt8]) {
        buffer.append(UInt8(ascii: "$"))
        appendLine(count, to: &buffer)
        buffer.append(contentsOf: content)
        appendLineEnd(to: &buffer)
    }

    private static func appendLine(_ number: Int, to buffer: inout [UInt8]) {
        if number < 10 {
            buffer.append(UInt8(ascii: "0") + UInt8(number))
        } else {
            buffer.append(contentsOf: String(number).utf8)
        }
        appendLineEnd(to: &buffer)
    }

    private static func appendLineEnd(to buffer: inout [UInt8]) {
        buffer.append(UInt8(ascii: "\r"))
        buffer.append(UInt8(ascii: "\n"))
    }
}
