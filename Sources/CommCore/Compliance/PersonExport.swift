import CSV
import FoundationEssentials
import Postgres

/// Everything that is known of a person, as a file that is written while it is read.
package struct PersonExport: Sendable {
    package enum Format: String, Sendable, CaseIterable {
        case json, csv
    }

    private static let fetch = 500

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// A person of whom the tenant knows something.
    package struct Subject: Sendable {
        /// As the contact has it, else as it was asked for.
        package let email: String
        let person: PersonSection.Person
    }

    /// Finds a person by the address; `ComplianceError.notFound` when nothing is kept under it.
    package func find(tenantID: UUID, email: String?) async throws -> Subject {
        guard let email = email.nonEmpty else { throw ComplianceError.invalid("email", "required", "Email parameter required") }
        guard let address = try? EmailAddress(email) else {
            throw ComplianceError.invalid("email", "invalid", "Valid email address required")
        }
        let rows = try await client.query(
            """
            SELECT c.email, c.id FROM (SELECT 1) AS one
              LEFT JOIN contacts c ON c.tenant_id = \(tenantID) AND c.email_norm = \(address.normalized)
             WHERE c.id IS NOT NULL
                OR EXISTS (SELECT FROM suppressions WHERE tenant_id = \(tenantID) AND email_norm = \(address.normalized))
                OR EXISTS (SELECT FROM suppression_history WHERE tenant_id = \(tenantID) AND email_norm = \(address.normalized))
            """,
            tenant: tenantID
        )
        guard let row = rows.first else { throw ComplianceError(.notFound, "Contact not found") }
        return Subject(
            email: try row.get("email") ?? address.original,
            person: PersonSection.Person(tenantID: tenantID, address: address.normalized, contactID: try row.get("id"))
        )
    }

    /// Writes the file in pieces, in bounded memory; the log of the tenant says that it was asked for.
    package func write(_ subject: Subject, format: Format, _ write: @Sendable ([UInt8]) async throws -> Void) async throws {
        let person = subject.person
        try await client.withTenant(person.tenantID) { connection in
            try await connection.execute("SET LOCAL statement_timeout = 0")
            switch format {
            case .json: try await json(subject, on: connection, write)
            case .csv: try await csv(person, on: connection, write)
            }
        }
    }

    /// Notes in the audit log that a person's data was handed out.
    package func note(_ subject: Subject, format: Format, delivery: String) async throws {
        struct Details: Encodable {
            let email: String
            let format: String
            let delivery: String
        }
        let details = Details(email: subject.person.address, format: format.rawValue, delivery: delivery)
        let note = AuditNote(
            eventType: "gdpr_export",
            action: "exported",
            resourceType: "contact",
            resourceID: subject.person.contactID,
            details: try PostgresJSON(encoding: details)
        )
        try await AuditRepository(client: client).record(note, tenantID: subject.person.tenantID)
    }

    private func json(
        _ subject: Subject,
        on connection: PostgresConnection,
        _ write: @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        struct Head: Encodable {
            let email: String
            let exportedAt: String

            enum CodingKeys: String, CodingKey {
                case email
                case exportedAt = "exported_at"
            }
        }
        let head = try PostgresJSON(encoding: Head(email: subject.email, exportedAt: ISO8601.string(from: time.now))).text
        try await write(Array(head.dropLast().utf8))
        for section in PersonSection.all {
            try await write(Array(",\n\"\(section.name)\":[".utf8))
            let separator = Separator()
            try await connection.stream(section.rows(subject.person), fetch: Self.fetch) { rows in
                var text = ""
                for row in rows { text += separator.next() + (try row.get("data") as PostgresJSON).text }
                try await write(Array(text.utf8))
            }
            try await write([UInt8(ascii: "]")])
        }
        try await write(Array("}\n".utf8))
    }

    private func csv(
        _ person: PersonSection.Person,
        on connection: PostgresConnection,
        _ write: @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        var head = CSVWriter(quoting: .always, byteOrderMark: true)
        head.write(["section", "at", "about", "data"])
        try await write(head.take())
        for section in PersonSection.all {
            try await connection.stream(section.rows(person), fetch: Self.fetch) { rows in
                var writer = CSVWriter(quoting: .always)
                for row in rows {
                    writer.write([
                        section.name, ISO8601.string(from: try row.get("at")), try row.get("label"),
                        (try row.get("data") as PostgresJSON).text,
                    ])
                }
                try await write(writer.take())
            }
        }
    }
}
