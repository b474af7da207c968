import CommCore

/// A piece of an answer while it is put together.
final class WireNode {
    private enum Content {
        /// Finished JSON text.
        case text([UInt8])
        case array([WireNode])
        case object([(name: String, value: WireNode)])
    }

    private var content = Content.text(Array("null".utf8))

    /// How many elements the array has.
    var count: Int {
        if case .array(let elements) = content { elements.count } else { 0 }
    }

    func set(text: String) {
        content = .text(Array(text.utf8))
    }

    func set(string: String) {
        var bytes = [UInt8(ascii: "\"")]
        JSONText.append(Array(string.utf8), to: &bytes)
        bytes.append(UInt8(ascii: "\""))
        content = .text(bytes)
    }

    /// Makes it an array, unless it is one.
    func becomeArray() {
        if case .array = content { return }
        content = .array([])
    }

    /// Makes it an object, unless it is one: a second container adds to the fields of the first.
    func becomeObject() {
        if case .object = content { return }
        content = .object([])
    }

    func append() -> WireNode {
        let node = WireNode()
        guard case .array(var elements) = content else { return node }
        // The array must have one owner when it grows.
        content = .array([])
        elements.append(node)
        content = .array(elements)
        return node
    }

    /// The field of that name; a field that is there is replaced.
    func member(_ name: String) -> WireNode {
        let node = WireNode()
        guard case .object(var members) = content else { return node }
        content = .object([])
        if let index = members.firstIndex(where: { $0.name == name }) {
            members[index].value = node
        } else {
            members.append((name, node))
        }
        content = .object(members)
        return node
    }

    func write(to bytes: inout [UInt8]) {
        switch content {
        case .text(let text): bytes += text
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes.append(UInt8(ascii: "\""))
                JSONText.append(Array(member.name.utf8), to: &bytes)
                bytes += [UInt8(ascii: "\""), UInt8(ascii: ":")]
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }
}
