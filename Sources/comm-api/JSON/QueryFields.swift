import CommCore
import FoundationEssentials
import Hummingbird

/// Reads query parameters and collects what is wrong with them.
///
/// A parameter that is absent or empty reads as nil.
struct QueryFields {
    private let request: Request
    private var problems: [FieldProblem] = []

    init(_ request: Request) {
        self.request = request
    }

    mutating func string(_ name: String) -> String? {
        guard let text = request.uri.queryParameters[name[...]].map(String.init), !text.isEmpty else { return nil }
        guard !text.utf8.contains(0) else {
            add(name, "\(name) must not contain NUL")
            return nil
        }
        return text
    }

    mutating func int(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = string(name) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            add(name, "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return value
    }

    mutating func bool(_ name: String) -> Bool? {
        switch string(name) {
        case nil: return nil
        case "true", "1": return true
        case "false", "0": return false
        default:
            add(name, "\(name) must be true or false")
            return nil
        }
    }

    /// A value of a closed list.
    mutating func choice<Value: RawRepresentable & CaseIterable>(_ name: String, _: Value.Type = Value.self) -> Value?
    where Value.RawValue == String {
        guard let text = string(name) else { return nil }
        guard let value = Value(rawValue: text) else {
            add(name, "\(name) must be one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
            return nil
        }
        return value
    }

    mutating func uuid(_ name: String) -> UUID? {
        guard let text = string(name) else { return nil }
        guard let id = UUID(uuidString: text) else {
            add(name, "\(name) must be a UUID")
            return nil
        }
        return id
    }

    /// A time in ISO 8601.
    mutating func date(_ name: String) -> Date? {
        guard let text = string(name) else { return nil }
        guard let date = ISO8601.date(from: text), (0...253_370_764_800).contains(date.timeIntervalSince1970) else {
            add(name, "\(name) must be a time like 2026-01-31T08:00:00Z")
            return nil
        }
        return date
    }

    /// Where a page begins, as the page before said.
    mutating func timeCursor(_ name: String = "cursor") -> TimeCursor? {
        guard let text = string(name) else { return nil }
        guard let cursor = TimeCursor(text) else {
            add(name, "\(name) is not one that this API gave")
            return nil
        }
        return cursor
    }

    /// The page that `limit` and `cursor` ask for.
    mutating func page() -> IDPage {
        IDPage(limit: int("limit", in: 1...IDPage.largest) ?? IDPage.first.limit, before: uuid("cursor"))
    }

    /// Notes what others have found wrong with parameters.
    mutating func add(_ found: [FieldProblem]) {
        problems += found
    }

    /// Notes what is wrong with a parameter.
    mutating func refuse(_ name: String, _ message: String) {
        add(name, message)
    }

    /// Does something that may find a filter wrong.
    mutating func collect(_ body: () throws -> Void) {
        do { try body() } catch { problems += (error as? SegmentError)?.problems ?? [] }
    }

    /// Refuses the request if anything was wrong.
    func check() throws {
        guard problems.isEmpty else { throw Problem.invalid(problems) }
    }

    /// Refuses a parameter.
    mutating func add(_ name: String, _ message: String) {
        problems.append(FieldProblem(field: name, code: "invalid", message: message))
    }
}

extension Request {
    /// Reads query parameters with the given function.
    func query<Value>(_ read: (inout QueryFields) -> Value) throws -> Value {
        var fields = QueryFields(self)
        let value = read(&fields)
        try fields.check()
        return value
    }
}

extension RequestContext {
    /// A path parameter that is a UUID.
    func id(_ name: String = "id") throws -> UUID {
        guard let id = parameters.get(name, as: UUID.self) else { throw Problem.invalid(name, "\(name) must be a UUID") }
        return id
    }
}
