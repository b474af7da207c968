import ArgumentParser
import CommCore
import Foundation

/// A contact that a mail is rendered for: `{"name": …, "email": …, "identity_name": …, "attributes": {…}}`.
struct PreviewContact {
    /// A larger file is no contact (bytes).
    static let largestFile = 1 << 20

    private static let columns: Set<String> = ["name", "email", "identity_name"]

    /// By the names of a program's fields.
    let values: [String: String]

    /// Reads a contact; nil data is a file that is too large.
    ///
    /// Of the names beside `attributes` only those of merge tags count, so that a contact can be taken as the API gave it.
    init(_ data: Data?) throws {
        guard let data else { throw ValidationError("the contact of --preview has more than \(Self.largestFile) bytes") }
        guard let contact = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw ValidationError("the contact of --preview has to be a JSON object")
        }
        var values: [String: String] = [:]
        for name in Self.columns {
            switch contact[name] {
            case nil, is NSNull: continue
            case let text as String: values[name] = text
            default: throw ValidationError("\(name) of the contact has to be text")
            }
        }
        if let attributes = contact["attributes"], !(attributes is NSNull) {
            guard let attributes = attributes as? [String: Any] else {
                throw ValidationError("attributes of the contact has to be a JSON object")
            }
            for (name, value) in attributes { values["attributes.\(name)"] = try Self.text(value) }
        }
        self.values = values
    }

    /// A value as PostgreSQL gives it out: text as it is, everything else as JSON, null as nothing.
    private static func text(_ value: Any) throws -> String? {
        if value is NSNull { return nil }
        if let text = value as? String { return text }
        let data = try JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }

    /// The mail as this contact would see it; its links lead straight to their targets.
    func render(_ program: RenderProgram) throws -> RenderedPreview {
        try PreviewRenderer(publicBase: "https://comm.invalid").render(program, values: values, at: Date(timeIntervalSince1970: 0))
    }
}
