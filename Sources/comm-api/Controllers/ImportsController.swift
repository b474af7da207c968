import CommCore
import FoundationEssentials
import Hummingbird
import Logging

/// CSV imports: streamed into a list, with a report and the refused rows for download.
struct ImportsController: Sendable {
    private struct RowErrorWire: Encodable {
        struct Row: Encodable {
            let number: Int
            @OrNull var column: String?
            @OrNull var value: String?
        }

        let row: Row
        let code: String
        let error: String

        init(_ error: ImportRowError) {
            row = Row(number: error.row, column: error.column, value: error.value)
            (code, self.error) = (error.code, error.message)
        }
    }

    private struct ReportWire: Encodable {
        let importID: UUID
        let dryRun: Bool
        let processed: Int
        let added: Int
        let upserts: Int
        let errors: Int
        let errorsKept: Int
        let errorSamples: [RowErrorWire]
        let created: Int
        let updated: Int
        let unchanged: Int
        let duplicates: Int
        let optedOut: Int
        let restored: Int
        let delimiter: String
        let columns: [String]

        init(_ report: ImportReport) {
            (importID, dryRun, processed, added) = (report.importID, report.dryRun, report.processed, report.added)
            (upserts, errors, errorsKept) = (report.upserts, report.errors, report.errorsKept)
            errorSamples = report.errorSamples.map(RowErrorWire.init)
            (created, updated, unchanged) = (report.created, report.updated, report.unchanged)
            (duplicates, optedOut, delimiter, columns) = (report.duplicates, report.optedOut, report.delimiter, report.columns)
            restored = report.restored ?? 0
        }
    }

    private static let fileField = "file"

    let importer: ContactImporter
    let imports: ImportRepository
    let audit: AuditRepository
    /// Bytes.
    let fileLimit: Int

    /// Imports the file into the list, all or nothing; with `dryRun=true` it is only checked.
    ///
    /// Every attempt is an entry in the audit log, also one that was refused.
    func importFile(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let listID = try context.id()
        let upload = UploadNote(listID: listID, userIdentifier: ClientAddress.of(request, peer: context.peer))
        do {
            let report = try await store(request, listID: listID, context: context)
            await note(upload.done(report), context: context)
            return Answer(ReportWire(report))
        } catch {
            await note(upload.refused(error), context: context)
            throw error
        }
    }

    private func note(_ note: AuditNote, context: TenantContext) async {
        do {
            try await audit.record(note, tenantID: context.tenantID)
        } catch {
            context.logger.error("an upload could not be noted in the audit log", metadata: ["error": "\(error)"])
        }
    }

    private func store(_ request: Request, listID: UUID, context: TenantContext) async throws -> ImportReport {
        let asked = try request.query { $0.bool("dryRun") } ?? false
        var upload = try await FileUpload(request, field: Self.fileField, limit: fileLimit)
        let options = ImportOptions(
            tenantID: context.tenantID,
            listID: listID,
            dryRun: try asked || Self.dryRun(upload.fields),
            fileName: upload.fileName
        )
        return try await PieceChannel.run { [importer] pieces in
            try await importer.run(pieces, options: options)
        } feeding: { channel in
            while let bytes = try await upload.next() { await channel.send(bytes) }
        }
    }

    func getReport(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        guard let report = try await imports.report(tenantID: context.tenantID, importID: try context.id()) else {
            throw Problem.notFound("Import")
        }
        return Answer(ReportWire(report))
    }

    /// The rows that were left out, as CSV.
    func downloadErrors(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (tenantID, id) = (context.tenantID, try context.id())
        guard try await imports.report(tenantID: tenantID, importID: id) != nil else { throw Problem.notFound("Import") }
        return Response.csv(fileName: "import-errors-\(id.uuidString.lowercased()).csv") { [imports] write in
            try await imports.exportErrors(tenantID: tenantID, importID: id, write)
        }
    }

    private static func dryRun(_ fields: [String: String]) throws -> Bool {
        for name in fields.keys where name != "dryRun" {
            throw Problem.invalid(String(name.prefix(100)), "\(name.prefix(100)) is not a known field", code: "unknown")
        }
        switch fields["dryRun"] {
        case nil, "false", "0", "": return false
        case "true", "1": return true
        default: throw Problem.invalid("dryRun", "dryRun must be true or false")
        }
    }
}
