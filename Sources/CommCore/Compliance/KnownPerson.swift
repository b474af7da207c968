import FoundationEssentials
import Postgres

/// Who is asked about or erased: a person with the addresses that are known to be theirs.
struct KnownPerson: Sendable, Equatable {
    let tenantID: UUID
    /// The one that was asked for, then those that its contact has.
    let addresses: [ChannelAddress]
    /// nil when the tenant has no contact of these addresses.
    let contactID: UUID?

    /// The normalized mail address.
    var email: String? { addresses.first { $0.channel == .email }?.key }

    /// Numbers and registrations, as messages carry them.
    var recipients: [String] { addresses.filter { $0.channel != .email }.map(\.recipient) }

    /// What they stand under on the suppression list.
    var keys: [String] { addresses.map(\.key) }

    /// What a text about the person may name, in small letters.
    var words: [String] { Set(addresses.flatMap { [$0.channel == .email ? $0.key : $0.recipient.lowercased(), $0.key] }).sorted() }

    /// The same as answers of the API spell it.
    var spellings: [String] { Set(addresses.flatMap { [$0.recipient, $0.key] }).sorted() }

    /// Whether a message, a row of that alias, goes to the person.
    func isRecipient(_ alias: String) -> SQL {
        "(lower(\(raw: alias).recipient) = \(email)::text OR \(raw: alias).recipient = ANY(\(recipients)::text[]))"
    }

    /// Whether a text names the person.
    func isNamed(in text: SQL) -> SQL {
        "EXISTS (SELECT FROM unnest(\(words)::text[]) AS word WHERE strpos(lower(\(sql: text)), word) > 0)"
    }

    /// Whether JSON names the person as a whole value.
    func isValue(in json: SQL) -> SQL {
        "EXISTS (SELECT FROM unnest(\(words)::text[]) AS word WHERE strpos(lower(\(sql: json)), '\"' || word || '\"') > 0)"
    }

    /// Finds who has an address.
    ///
    /// A contact has its mail address and its number, unless other contacts have the same number: then nobody knows who of them was meant,
    /// and the number stands for itself. A registration belongs to no contact.
    static func find(_ address: ChannelAddress, tenantID: UUID, on connection: PostgresConnection) async throws -> KnownPerson {
        switch address.channel {
        case .email:
            let rows = try await connection.query(
                "SELECT id, phone FROM contacts WHERE tenant_id = \(tenantID) AND email_norm = \(address.key)"
            )
            guard let row = rows.first else { return KnownPerson(tenantID: tenantID, addresses: [address], contactID: nil) }
            let phone = (try row.get("phone") as String?).flatMap { try? MessageAddress($0, channel: .sms) }
            let number = phone.flatMap { ChannelAddress($0.deliverable, channel: .sms) }
            var addresses = [address]
            if let number, try await contacts(of: number, tenantID: tenantID, on: connection).count == 1 { addresses.append(number) }
            return KnownPerson(tenantID: tenantID, addresses: addresses, contactID: try row.get("id"))
        case .sms:
            let found = try await contacts(of: address, tenantID: tenantID, on: connection)
            guard found.count == 1, let contact = found.first else {
                return KnownPerson(tenantID: tenantID, addresses: [address], contactID: nil)
            }
            let addresses = [address] + [ChannelAddress(contact.email, channel: .email)].compactMap(\.self)
            return KnownPerson(tenantID: tenantID, addresses: addresses, contactID: contact.id)
        case .push: return KnownPerson(tenantID: tenantID, addresses: [address], contactID: nil)
        }
    }

    /// Whether a contact has the number, however it is written.
    static func hasNumber(_ column: SQL, _ numbers: [String]) -> SQL {
        "\(sql: column) IS NOT NULL AND translate(\(sql: column), ' -().', '') = ANY(\(numbers)::text[])"
    }

    /// Two at most: more do not matter.
    private static func contacts(
        of number: ChannelAddress,
        tenantID: UUID,
        on connection: PostgresConnection
    ) async throws -> [(id: UUID, email: String)] {
        try await connection.query(
            "SELECT id, email FROM contacts WHERE tenant_id = \(tenantID) AND \(sql: hasNumber("phone", [number.recipient])) LIMIT 2"
        ).map { (try $0.get("id"), try $0.get("email")) }
    }
}
