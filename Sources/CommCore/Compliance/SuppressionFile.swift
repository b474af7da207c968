import CSV
import FoundationEssentials

/// A file of suppressions while it is read: header understood, rows checked.
struct SuppressionFile: Sendable {
    private enum Column: String, CaseIterable {
        case email, address, channel, domain, scope
        case listID = "list_id"
        case reason, source, note
        case expiresAt = "expires_at"
    }

    /// Refused rows that are kept to be looked at.
    private static let mostRejected = 10_000

    /// Rows that wait to be stored.
    private(set) var ready: [CheckedSuppression] = []
    private(set) var processed = 0
    private(set) var errors = 0
    private(set) var rejected: [ImportRowError] = []

    private var parser = CSVParser()
    private var columns: [Column: Int]?
    private let common: SuppressionDraft
    private let now: Date

    init(common: SuppressionDraft, now: Date) {
        self.common = common
        self.now = now
    }

    /// Reads the next bytes of the file.
    mutating func read(_ piece: [UInt8]) throws {
        try parse { parser, take in try parser.parse(piece, take) }
    }

    /// Ends the file.
    mutating func finish() throws {
        try parse { parser, take in try parser.finish(take) }
        guard columns != nil else { throw ImportError(.invalidFile, "The file is empty") }
    }

    /// The first rows that wait.
    mutating func take(_ count: Int) -> [CheckedSuppression] {
        defer { ready.removeFirst(min(count, ready.count)) }
        return Array(ready.prefix(count))
    }

    private mutating func parse(_ step: (inout CSVParser, (borrowing CSVRecord) throws -> Void) throws -> Void) throws {
        var running = CSVParser()
        swap(&running, &parser)
        do {
            try step(&running) { try take(copy $0) }
        } catch let error as CSVError {
            throw ImportError(error)
        }
        parser = running
    }

    private mutating func take(_ record: CSVRecord) throws {
        guard let columns else { return try takeHeader(record) }
        let fields = record.texts.map { String($0.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }
        guard fields.contains(where: { !$0.isEmpty }) else { return }
        processed += 1
        do throws(ComplianceError) {
            if let error = record.error { throw ComplianceError(.invalid, error.message) }
            ready.append(try CheckedSuppression(try draft(fields, columns), now: now))
        } catch {
            errors += 1
            if rejected.count < Self.mostRejected { rejected.append(Self.rejection(error, row: record.row, fields, columns)) }
        }
    }

    private static func invalid(_ column: Column, _ message: String) -> ComplianceError {
        ComplianceError(.invalid, message, problems: [FieldProblem(field: column.rawValue, code: "invalid", message: message)])
    }

    private static func rejection(
        _ error: ComplianceError,
        row: Int,
        _ fields: [String],
        _ columns: [Column: Int]
    ) -> ImportRowError {
        let problem = error.problems.first
        let column = problem.flatMap { Column(rawValue: $0.field) }
        let place = column.flatMap { columns[$0] } ?? columns[.email] ?? columns[.address] ?? columns[.domain]
        let value = place.flatMap { fields.indices.contains($0) ? fields[$0] : nil }
        return ImportRowError(
            row: row,
            column: column?.rawValue,
            code: problem?.code ?? "invalid",
            message: error.message,
            value: value.map { String(decoding: $0.utf8.prefix(ImportRowError.longestValue), as: UTF8.self) }
        )
    }

    private mutating func takeHeader(_ record: CSVRecord) throws {
        var found: [Column: Int] = [:]
        for (index, title) in record.texts.enumerated() {
            let name = title.lowercased().filter { !$0.isWhitespace && $0 != "\"" }
            let synonym: Column? = ["e-mail", "emailaddress"].contains(name) ? .email : nil
            guard let column = Column(rawValue: name) ?? synonym else { continue }
            if found[column] == nil { found[column] = index }
        }
        guard found[.email] != nil || found[.address] != nil || found[.domain] != nil else {
            let message = "No column is named email, address or domain. The first line must name the columns"
            throw ImportError(.missingEmailColumn, message, row: record.row)
        }
        columns = found
    }

    private func draft(_ fields: [String], _ columns: [Column: Int]) throws(ComplianceError) -> SuppressionDraft {
        func text(_ column: Column) -> String? {
            guard let index = columns[column], fields.indices.contains(index), !fields[index].isEmpty else { return nil }
            return fields[index]
        }
        var draft = common
        draft.email = text(.email)
        draft.address = text(.address)
        draft.channel = text(.channel) ?? draft.channel
        draft.domain = text(.domain)
        if draft.email == nil, draft.address == nil, draft.domain != nil { draft.scope = SuppressionScope.domain.rawValue }
        draft.scope = text(.scope) ?? draft.scope
        draft.reason = text(.reason) ?? draft.reason
        draft.source = text(.source) ?? draft.source
        draft.note = text(.note) ?? draft.note
        if let id = text(.listID) {
            // A list that is named in a file cannot be checked row by row; the upload names one for all.
            guard UUID(uuidString: id) == draft.listID, draft.listID != nil else {
                throw Self.invalid(.listID, "list_id differs from the one of the upload")
            }
        }
        if let end = text(.expiresAt) {
            guard let date = ISO8601.date(from: end) else {
                throw Self.invalid(.expiresAt, "expires_at must be a time like 2026-01-31T08:00:00Z")
            }
            draft.expiresAt = date
        }
        return draft
    }
}
