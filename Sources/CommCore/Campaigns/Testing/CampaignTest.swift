import FoundationEssentials

/// What a test of a campaign asks for, as it was received.
package struct CampaignTestRequest: Sendable, Equatable {
    /// The most addresses of one test.
    package static let mostAddresses = 20

    package let addresses: [String]
    /// Whose values fill the mail; demonstration values when nil.
    package let contactID: UUID?
    /// Which compiled version; nil: the campaign as it is now.
    package let version: Int?

    package init(addresses: [String], contactID: UUID? = nil, version: Int? = nil) {
        (self.addresses, self.contactID, self.version) = (addresses, contactID, version)
    }

    /// The addresses, each once.
    ///
    /// - Throws: `CampaignError` with `invalid`, naming every one that is refused.
    func checked() throws -> [EmailAddress] {
        var check = FieldCheck()
        if addresses.isEmpty { check.add(.required("addresses")) }
        if addresses.count > Self.mostAddresses {
            check.add("addresses", "too_long", "addresses holds more than \(Self.mostAddresses) addresses")
        }
        if let version, version < 1 { check.add("version", "invalid", "version must be a positive whole number") }
        var seen: Set<String> = []
        var found: [EmailAddress] = []
        for (index, text) in addresses.prefix(Self.mostAddresses).enumerated() {
            guard let address = try? EmailAddress(text) else {
                check.add("addresses[\(index)]", "invalid", "addresses[\(index)] is not an email address")
                continue
            }
            if seen.insert(address.normalized).inserted { found.append(address) }
        }
        try CampaignRepository.require(check.problems)
        return found
    }
}

/// What became of a test: it is in the queue for some addresses and was refused for others.
package struct CampaignTestReceipt: Sendable, Equatable {
    package struct Accepted: Sendable, Equatable {
        package let address: String
        package let messageID: UUID
    }

    package struct Refused: Sendable, Equatable {
        package let address: String
        /// Why it is suppressed.
        package let reason: String
        package let source: String
    }

    package let artifact: ArtifactSummary
    package let accepted: [Accepted]
    package let refused: [Refused]
}
