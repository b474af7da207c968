import CommCore
import FoundationEssentials

/// Reads the fields of a request body and collects everything that is wrong with them, so that a client learns it all at once.
///
/// A field that is absent or null reads as nil. Fields that nobody asked for are refused by ``finish()``: a misspelt name must not
/// be ignored silently.
struct JSONFields {
    private let members: [String: JSONValue]
    private let path: JSONPath
    private var known: Set<String> = []
    private(set) var problems: [FieldProblem] = []

    init(_ members: [String: JSONValue], path: JSONPath = JSONPath()) {
        self.members = members
        self.path = path
    }

    // MARK: Scalars

    mutating func string(_ name: String) -> String? {
        read(name, wanted: "a string") { if case .string(let text) = $0 { text } else { nil } }
    }

    /// Text that null takes away: it reads as empty.
    mutating func clearableString(_ name: String) -> String? {
        read(name, wanted: "a string or null", skippingNull: false) { value in
            switch value {
            case .string(let text): text
            case .null: ""
            default: nil
            }
        }
    }

    mutating func bool(_ name: String) -> Bool? {
        read(name, wanted: "true or false") { if case .bool(let value) = $0 { value } else { nil } }
    }

    mutating func int(_ name: String) -> Int? {
        read(name, wanted: "a whole number") { if case .number(let digits) = $0 { Int(digits) } else { nil } }
    }

    mutating func decimal(_ name: String) -> Double? {
        read(name, wanted: "a number") { if case .number(let digits) = $0 { Double(digits) } else { nil } }
    }

    mutating func uuid(_ name: String) -> UUID? {
        guard let text = string(name) else { return nil }
        return identifier(text, at: name)
    }

    /// A time in ISO 8601.
    mutating func date(_ name: String) -> Date? {
        guard let text = string(name) else { return nil }
        guard let date = ISO8601.date(from: text) else {
            add(name, "invalid", "must be a time like 2026-01-31T08:00:00Z")
            return nil
        }
        return date
    }

    // MARK: Collections

    mutating func strings(_ name: String) -> [String]? {
        elements(name, wanted: "a string") { if case .string(let text) = $0 { text } else { nil } }
    }

    mutating func uuids(_ name: String) -> [UUID]? {
        guard let texts = strings(name) else { return nil }
        let ids = texts.enumerated().compactMap { identifier($0.element, at: "\(name)[\($0.offset)]") }
        return ids.count == texts.count ? ids : nil
    }

    /// An object of any JSON, for contacts' own attributes.
    mutating func attributes(_ name: String) -> [String: AttributeValue]? {
        object(name)?.mapValues(AttributeValue.init)
    }

    /// A value of any kind.
    mutating func anything(_ name: String) -> AttributeValue? {
        read(name, wanted: "a value") { AttributeValue($0) }
    }

    /// A field of an edit: nil when it is not there, `.some(nil)` when it is null and so takes the value away.
    mutating func change<Value>(_ name: String, _ value: (inout JSONFields, String) -> Value?) -> Value?? {
        let read = value(&self, name)
        return members[name] == nil ? nil : .some(read)
    }

    /// An object whose members are all strings.
    mutating func stringMap(_ name: String) -> [String: String]? {
        guard let object = object(name) else { return nil }
        var map: [String: String] = [:]
        for (key, value) in object.sorted(by: { $0.key < $1.key }) {
            if case .string(let text) = value { map[key] = text } else { addWrongType("\(name).\(key)", "a string", value) }
        }
        return map
    }

    /// An object whose members are all whole numbers.
    mutating func intMap(_ name: String) -> [String: Int]? {
        guard let object = object(name) else { return nil }
        var map: [String: Int] = [:]
        for (key, value) in object.sorted(by: { $0.key < $1.key }) {
            if case .number(let digits) = value, let number = Int(digits) {
                map[key] = number
            } else {
                addWrongType("\(name).\(key)", "a whole number", value)
            }
        }
        return map
    }

    /// The fields of a nested object, read by the given function.
    mutating func nested<Value>(_ name: String, _ body: (inout JSONFields) -> Value) -> Value? {
        guard let object = object(name) else { return nil }
        return nested(object, at: .member(name), in: path, body)
    }

    /// The elements of an array, each a string or an object whose fields the given function reads.
    mutating func items<Value>(_ name: String, text: (String) -> Value, object: (inout JSONFields) -> Value) -> [Value]? {
        guard let values = read(name, wanted: "an array", { if case .array(let values) = $0 { values } else { nil } }) else { return nil }
        var here = path
        here.steps.append(.member(name))
        var items: [Value] = []
        items.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            switch value {
            case .string(let string): items.append(text(string))
            case .object(let members): items.append(nested(members, at: .element(index), in: here, object))
            default: addWrongType("\(name)[\(index)]", "an object or a string", value)
            }
        }
        return items
    }

    // MARK: Problems

    /// Notes what is wrong with a field of this object.
    mutating func add(_ name: String, _ code: String, _ message: String) {
        let field = fullName(name)
        problems.append(FieldProblem(field: field, code: code, message: "\(field) \(message)"))
    }

    /// Notes what others have found wrong, under full names.
    mutating func add(_ found: [FieldProblem]) {
        problems += found
    }

    /// The same for a field that must be there.
    mutating func require(_ name: String, _ isThere: Bool) {
        let reported = problems.contains { $0.field.hasPrefix(fullName(name)) }
        if !isThere, !reported { problems.append(.required(fullName(name))) }
    }

    /// Reports the fields that nobody asked for.
    mutating func finish() {
        for name in members.keys.sorted() where !known.contains(name) {
            add(String(name.prefix(100)), "unknown", "is not a known field")
        }
    }

    // MARK: Reading

    private mutating func read<Value>(
        _ name: String,
        wanted: String,
        skippingNull: Bool = true,
        _ convert: (JSONValue) -> Value?
    ) -> Value? {
        known.insert(name)
        guard let value = members[name], value != .null || !skippingNull else { return nil }
        guard let converted = convert(value) else {
            addWrongType(name, wanted, value)
            return nil
        }
        return converted
    }

    private mutating func object(_ name: String) -> [String: JSONValue]? {
        read(name, wanted: "an object") { if case .object(let members) = $0 { members } else { nil } }
    }

    private mutating func elements<Value>(_ name: String, wanted: String, _ convert: (JSONValue) -> Value?) -> [Value]? {
        guard let values = read(name, wanted: "an array", { if case .array(let values) = $0 { values } else { nil } }) else { return nil }
        var converted: [Value] = []
        for (index, value) in values.enumerated() {
            if let element = convert(value) { converted.append(element) } else { addWrongType("\(name)[\(index)]", wanted, value) }
        }
        return converted.count == values.count ? converted : nil
    }

    private mutating func nested<Value>(
        _ members: [String: JSONValue],
        at step: JSONPath.Step,
        in parent: JSONPath,
        _ body: (inout JSONFields) -> Value
    ) -> Value {
        var fields = JSONFields(members, path: JSONPath(steps: parent.steps + [step]))
        let value = body(&fields)
        fields.finish()
        problems += fields.problems
        return value
    }

    private mutating func identifier(_ text: String, at name: String) -> UUID? {
        guard let id = UUID(uuidString: text) else {
            add(name, "invalid", "must be a UUID")
            return nil
        }
        return id
    }

    private mutating func addWrongType(_ name: String, _ wanted: String, _ value: JSONValue) {
        add(name, "wrong_type", "must be \(wanted), not \(value.kind)")
    }

    private func fullName(_ name: String) -> String {
        path.field.map { "\($0).\(name)" } ?? name
    }
}
