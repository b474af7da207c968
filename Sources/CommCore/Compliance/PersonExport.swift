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
        /// The mail address, as the contact has it, else as it was asked for; nil of a number or registration without a contact.
        package let email: String?
        let person: KnownPerson
    }

    /// Finds a person by an address; `ComplianceError.notFound` when nothing is kept under it.
    package func find(tenantID: UUID, _ address: PersonAddress) async throws -> Subject {
        let address = try address.checked(missing: "Email parameter required")
        return try await client.withTenant(tenantID) { connection in
            let person = try await KnownPerson.find(address, tenantID: tenantID, on: connection)
            let rows = try await connection.query(
                """
                SELECT (SELECT email FROM contacts WHERE tenant_id = \(tenantID) AND id = \(person.contactID)::uuid) AS email
                 WHERE \(person.contactID != nil)
                    OR EXISTS (SELECT FROM suppressions WHERE tenant_id = \(tenantID) AND email_norm = ANY(\(person.keys)::text[]))
                    OR EXISTS (SELECT FROM suppression_history WHERE tenant_id = \(tenantID) AND email_norm = ANY(\(person.keys)::text[]))
                    OR EXISTS (SELECT FROM contacts
                                WHERE tenant_id = \(tenantID) AND \(sql: KnownPerson.hasNumber("phone", person.recipients)))
                    OR EXISTS (SELECT FROM delivery_events d
                                WHERE d.tenant_id = \(tenantID) AND d.request_id IS NOT NULL AND \(sql: person.isRecipient("d")))
                    OR EXISTS (SELECT FROM message_queue m
                                WHERE m.tenant_id = \(tenantID) AND m.request_id IS NOT NULL AND \(sql: person.isRecipient("m")))
                    OR EXISTS (SELECT FROM message_fallbacks f WHERE f.tenant_id = \(tenantID) AND \(sql: person.isRecipient("f")))
                """
            )
            guard let row = rows.first else { throw ComplianceError(.notFound, "Contact not found") }
            return Subject(email: try row.get("email") ?? (address.channel == .email ? address.shown : nil), person: person)
        }
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
            let email: String?
            let address: String?
            let format: String
            let delivery: String
        }
        let asked = subject.person.addresses.first { $0.channel != .email }
        // A registration is kept as its hash only.
        let details = Details(email: subject.person.email, address: asked?.key, format: format.rawValue, delivery: delivery)
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
            let email: String?
            let addresses: [String]
            let exportedAt: String

            enum CodingKeys: String, CodingKey {
                case email, addresses
                case exportedAt = "exported_at"
            }
        }
        let addresses = subject.person.addresses.map(\.recipient)
        let made = Head(email: subject.email, addresses: addresses, exportedAt: ISO8601.string(from: time.now))
        let head = try PostgresJSON(encoding: made).text
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
        _ person: KnownPerson,
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
