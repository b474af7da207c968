import CommCore
import FoundationEssentials

/// Writes one value into a node.
struct WireValueEncoder: Encoder {
    let node: WireNode
    let path: [any CodingKey]

    var codingPath: [any CodingKey] { path }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy: Key.Type) -> KeyedEncodingContainer<Key> {
        node.becomeObject()
        return KeyedEncodingContainer(WireKeyedContainer(node: node, codingPath: path))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        node.becomeArray()
        return WireArrayContainer(node: node, codingPath: path)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        WireSingleContainer(encoder: self)
    }

    /// Types with a spelling of their own go first; names in dictionaries are data and stay as they are.
    func write<Value: Encodable>(_ value: Value) throws {
        switch value {
        case let value as String: node.set(string: value)
        case let value as Bool: node.set(text: value ? "true" : "false")
        case let value as any FixedWidthInteger: node.set(text: String(describing: value))
        case let value as Double: try write(value)
        case let value as UUID: node.set(string: value.uuidString.lowercased())
        case let value as Date: node.set(string: ISO8601.string(from: value))
        case let value as any NamedValues: try value.write(to: self)
        default: try value.encode(to: self)
        }
    }

    private func write(_ value: Double) throws {
        guard value.isFinite else {
            throw EncodingError.invalidValue(value, .init(codingPath: path, debugDescription: "JSON has no infinite numbers"))
        }
        node.set(text: value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value))
    }
}

/// A dictionary by names.
private protocol NamedValues {
    func write(to encoder: WireValueEncoder) throws
}

extension Dictionary: NamedValues where Key == String, Value: Encodable {
    fileprivate func write(to encoder: WireValueEncoder) throws {
        encoder.node.becomeObject()
        for (name, value) in sorted(by: { $0.key < $1.key }) {
            try WireValueEncoder(node: encoder.node.member(name), path: encoder.path).write(value)
        }
    }
}

private struct WireKeyedContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: WireNode
    let codingPath: [any CodingKey]

    func encodeNil(forKey key: Key) {
        member(key).node.set(text: "null")
    }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        try member(key).write(value)
    }

    func nestedContainer<Nested: CodingKey>(keyedBy: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
        member(key).container(keyedBy: keyedBy)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        member(key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { WireValueEncoder(node: node.member("super"), path: codingPath) }
    func superEncoder(forKey key: Key) -> any Encoder { member(key) }

    private func member(_ key: Key) -> WireValueEncoder {
        WireValueEncoder(node: node.member(WireEncoder.wireName(key.stringValue)), path: codingPath + [key])
    }
}

private struct WireArrayContainer: UnkeyedEncodingContainer {
    let node: WireNode
    let codingPath: [any CodingKey]

    var count: Int { node.count }

    func encodeNil() { element().node.set(text: "null") }
    func encode<Value: Encodable>(_ value: Value) throws { try element().write(value) }

    func nestedContainer<Nested: CodingKey>(keyedBy: Nested.Type) -> KeyedEncodingContainer<Nested> {
        element().container(keyedBy: keyedBy)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { element().unkeyedContainer() }
    func superEncoder() -> any Encoder { element() }

    private func element() -> WireValueEncoder {
        WireValueEncoder(node: node.append(), path: codingPath)
    }
}

private struct WireSingleContainer: SingleValueEncodingContainer {
    let encoder: WireValueEncoder

    var codingPath: [any CodingKey] { encoder.path }

    func encodeNil() { encoder.node.set(text: "null") }
    func encode<Value: Encodable>(_ value: Value) throws { try encoder.write(value) }
}
