import CommCore
import FoundationEssentials
import HTTPTypes
import Postgres

/// What the audit log says of the upload of a contact file.
struct UploadNote: Sendable {
    let listID: UUID
    /// The client's address.
    let userIdentifier: String?

    /// The file was imported, or found in order.
    func done(_ report: ImportReport) -> AuditNote {
        note(
            report.dryRun ? "validated" : "imported",
            [
                "import_id": .string(report.importID.uuidString.lowercased()), "processed": .number(String(report.processed)),
                "added": .number(String(report.added)), "errors": .number(String(report.errors)),
            ]
        )
    }

    /// The file was refused as it was, or something of ours failed.
    func refused(_ error: any Error) -> AuditNote {
        guard let problem = (error as? any ProblemConvertible)?.problem, problem.status.code < 500 else {
            return note("failed", [:])
        }
        return note("blocked", ["code": .string(problem.code)])
    }

    private func note(_ action: String, _ details: [String: JSONValue]) -> AuditNote {
        let text = (try? WireEncoder.encode(JSONValue.object(details))).map { String(decoding: $0, as: UTF8.self) }
        return AuditNote(
            eventType: "csv_upload",
            action: action,
            resourceType: "list",
            resourceID: listID,
            userIdentifier: userIdentifier,
            details: PostgresJSON(text ?? "{}")
        )
    }
}
