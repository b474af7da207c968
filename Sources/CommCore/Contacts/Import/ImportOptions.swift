import CSV
import FoundationEssentials

/// What an import is for and how its file is to be read.
package struct ImportOptions: Sendable {
    package var tenantID: UUID
    package var listID: UUID
    /// Reads and checks everything, stores no contact.
    package var dryRun: Bool
    package var fileName: String?
    /// What the columns hold, by header as written.
    ///
    /// One of `email`, `name`, `phone`, `identity_type`, `identity_name`, `language`, the name
    /// of an attribute, or nothing for a column to leave out. Headers that are not in it are recognised as usual.
    package var headerMapping: [String: String]
    package var addressPolicy: EmailAddress.Policy
    package var limits: CSVLimits

    package init(
        tenantID: UUID,
        listID: UUID,
        dryRun: Bool = false,
        fileName: String? = nil,
        headerMapping: [String: String]? = nil,
        addressPolicy: EmailAddress.Policy = [],
        limits: CSVLimits = CSVLimits()
    ) {
        self.tenantID = tenantID
        self.listID = listID
        self.dryRun = dryRun
        self.fileName = fileName
        self.headerMapping = headerMapping ?? [:]
        self.addressPolicy = addressPolicy
        self.limits = limits
    }
}
