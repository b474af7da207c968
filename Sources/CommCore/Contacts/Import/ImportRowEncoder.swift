import CSV

/// Turns records into rows of the staging table, or into the reason why not.
///
/// Columns of a row: row number, normalized address, name, phone, identity type, identity name, language, attributes.
struct ImportRowEncoder: Sendable {
    static let columns: Int16 = 8

    private let header: ImportHeader
    private let policy: EmailAddress.Policy
    private let email: Int
    private let name: Int?
    private let phone: Int?
    private let identityType: Int?
    private let identityName: Int?
    private let language: Int?
    /// Field and the start of its JSON member, such as `"city":"`.
    private let attributes: [(field: Int, member: [UInt8])]

    init(header: ImportHeader, policy: EmailAddress.Policy) {
        self.header = header
        self.policy = policy
        email = header.index(of: .email) ?? 0
        name = header.index(of: .name)
        phone = header.index(of: .phone)
        identityType = header.index(of: .identityType)
        identityName = header.index(of: .identityName)
        language = header.index(of: .language)
        attributes = header.columns.enumerated().compactMap { index, column in
            guard case .attribute(let key) = column else { return nil }
            return (index, Array("\"\(key)\":\"".utf8))
        }
    }

    /// Appends the row of a record; an error leaves the buffer as it was.
    func append(_ fields: ImportFields, to buffer: inout ImportRowBuffer) throws(ImportRowError) {
        if let error = fields.record.error { throw rowError(error) }
        try checkCount(fields)
        let mark = buffer.bytes.count
        do throws(ImportRowError) {
            try encode(fields, to: &buffer)
        } catch {
            buffer.rollBack(to: mark)
            throw error
        }
    }

    // MARK: - Columns

    private func encode(_ fields: ImportFields, to buffer: inout ImportRowBuffer) throws(ImportRowError) {
        buffer.beginRow(columns: Self.columns)
        buffer.append(bigint: fields.record.row)
        try encodeAddress(fields, to: &buffer)
        try encodeText(name, ContactLimits.name, fields, to: &buffer)
        try encodeText(phone, ContactLimits.phone, fields, to: &buffer)
        try encodeIdentityType(fields, to: &buffer)
        try encodeText(identityName, ContactLimits.identityName, fields, to: &buffer)
        try encodeText(language, ContactLimits.language, fields, to: &buffer)
        try encodeAttributes(fields, to: &buffer)
    }

    private func encodeAddress(_ fields: ImportFields, to buffer: inout ImportRowBuffer) throws(ImportRowError) {
        let address = fields[email]
        guard !address.isEmpty else { throw rowError(fields, nil, "missing_email", "missing email") }
        do throws(EmailAddressProblem) {
            try buffer.appendCounted { (bytes) throws(EmailAddressProblem) in
                try EmailAddress.appendNormalized(address, policy: policy, to: &bytes)
            }
        } catch {
            throw rowError(fields, email, "invalid_email", "invalid email: \(error.message)")
        }
    }

    private func encodeText(
        _ field: Int?,
        _ limit: Int,
        _ fields: ImportFields,
        to buffer: inout ImportRowBuffer
    ) throws(ImportRowError) {
        guard let field, !fields[field].isEmpty else { return buffer.appendNull() }
        let text = fields[field]
        if text.contains(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            throw rowError(fields, field, "line_break", "\(header.columns[field].name) must not contain line breaks")
        }
        try checkLength(text, limit, fields, field)
        buffer.append(text: text)
    }

    private func encodeIdentityType(_ fields: ImportFields, to buffer: inout ImportRowBuffer) throws(ImportRowError) {
        guard let field = identityType, !fields[field].isEmpty else { return buffer.appendNull() }
        let written = String(decoding: fields[field], as: UTF8.self).lowercased()
        guard var known = IdentityType(rawValue: written)?.rawValue else {
            throw rowError(fields, field, "invalid_identity_type", "identity_type must be company or individual")
        }
        known.withUTF8 { buffer.append(text: $0) }
    }

    private func encodeAttributes(_ fields: ImportFields, to buffer: inout ImportRowBuffer) throws(ImportRowError) {
        let given = attributes.contains { !fields[$0.field].isEmpty }
        guard given else { return buffer.appendNull() }
        for attribute in attributes {
            try checkLength(fields[attribute.field], ContactLimits.attributeValue, fields, attribute.field)
        }
        buffer.appendCounted { bytes in
            // The version of the binary format of jsonb stands before the document.
            bytes.append(1)
            bytes.append(UInt8(ascii: "{"))
            var isFirst = true
            for attribute in attributes where !fields[attribute.field].isEmpty {
                if !isFirst { bytes.append(UInt8(ascii: ",")) }
                isFirst = false
                bytes.append(contentsOf: attribute.member)
                Self.appendEscaped(fields[attribute.field], to: &bytes)
                bytes.append(UInt8(ascii: "\""))
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// Text as it stands inside a JSON string (RFC 8259 §7).
    private static func appendEscaped(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                bytes.append(contentsOf: Array("\\u00".utf8))
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 0xF)])
            default:
                bytes.append(byte)
            }
        }
    }

    // MARK: - Checks

    private func checkCount(_ fields: ImportFields) throws(ImportRowError) {
        let count = fields.record.count
        let expected = header.columns.count
        if count < expected {
            throw rowError(fields, nil, "too_few_fields", "the row has \(count) fields, the header has \(expected)")
        }
        // A spreadsheet leaves empty cells behind; only a value without a header is a mistake.
        if count > expected, (expected..<count).contains(where: { !fields[$0].isEmpty }) {
            throw rowError(fields, nil, "too_many_fields", "the row has \(count) fields, the header has \(expected)")
        }
    }

    /// Counts characters only when the bytes are more than the limit.
    private func checkLength(
        _ text: UnsafeBufferPointer<UInt8>,
        _ limit: Int,
        _ fields: ImportFields,
        _ field: Int
    ) throws(ImportRowError) {
        guard text.count > limit, text.count(where: { $0 & 0xC0 != 0x80 }) > limit else { return }
        throw rowError(fields, field, "too_long", "\(header.titles[field]) is longer than \(limit) characters")
    }

    // MARK: - Errors

    private func rowError(_ fields: ImportFields, _ field: Int?, _ code: String, _ message: String) -> ImportRowError {
        let value = fields[field ?? email].prefix(ImportRowError.longestValue)
        return ImportRowError(
            row: fields.record.row,
            column: field.map { header.titles[$0] },
            code: code,
            message: message,
            value: value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
        )
    }

    private func rowError(_ error: CSVError) -> ImportRowError {
        let title = header.titles.indices.contains(error.column - 1) ? header.titles[error.column - 1] : nil
        return ImportRowError(row: error.row, column: title, code: error.code.rawValue, message: error.message, value: nil)
    }
}
