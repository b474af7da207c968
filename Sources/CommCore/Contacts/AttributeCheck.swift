/// Checks the values of attributes against `ContactLimits`.
struct AttributeCheck {
    private var values = 0
    private var bytes = 0

    /// Adds what is wrong with an attribute, under the path of the value that is.
    static func check(_ value: AttributeValue, at path: String, _ check: inout FieldCheck) {
        var walk = AttributeCheck()
        walk.look(at: value, path, depth: 0, &check)
        guard walk.values > 0 else { return }
        if walk.values > ContactLimits.attributeElements {
            check.add(path, "too_many", "\(path) holds more than \(ContactLimits.attributeElements) values")
        }
        if walk.bytes > ContactLimits.attributeBytes {
            check.add(path, "too_long", "\(path) is larger than \(ContactLimits.attributeBytes) bytes")
        }
    }

    private mutating func look(at value: AttributeValue, _ path: String, depth: Int, _ check: inout FieldCheck) {
        if depth > 0 { values += 1 }
        // What is too much is not looked at to its end.
        guard values <= ContactLimits.attributeElements, bytes <= ContactLimits.attributeBytes else { return }
        switch value {
        case .text(let text): look(at: text, path, depth: depth, &check)
        case .number, .boolean, .null: bytes += 8
        case .list(let elements):
            guard isShallow(path, depth, &check) else { return }
            for (index, element) in elements.enumerated() { look(at: element, "\(path)[\(index)]", depth: depth + 1, &check) }
        case .object(let members):
            guard isShallow(path, depth, &check) else { return }
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                guard AttributeKey.isValid(key) else {
                    check.add(path, "invalid", "names in \(path) are letters, digits, _ . - and at most \(AttributeKey.longest) characters")
                    continue
                }
                bytes += key.utf8.count
                look(at: member, "\(path).\(key)", depth: depth + 1, &check)
            }
        }
    }

    private mutating func look(at text: String, _ path: String, depth: Int, _ check: inout FieldCheck) {
        check.text(path, text)
        if text.unicodeScalars.count > ContactLimits.attributeValue {
            let what = depth == 0 ? "an attribute" : path
            check.add(path, "too_long", "\(what) has at most \(ContactLimits.attributeValue) characters")
        }
        if depth > 0 { bytes += text.utf8.count }
    }

    private func isShallow(_ path: String, _ depth: Int, _ check: inout FieldCheck) -> Bool {
        if depth < ContactLimits.attributeDepth { return true }
        check.add(path, "too_deep", "\(path) is nested more than \(ContactLimits.attributeDepth) deep")
        return false
    }
}
