import FoundationEssentials

/// What an import did, or in a dry run found.
///
/// `processed = errors + added + upserts`, and `processed - errors = created + updated + unchanged + duplicates`.
package struct ImportReport: Sendable, Equatable, Codable {
    /// The record of the import, under which its errors can be downloaded.
    package var importID: UUID
    package var dryRun: Bool
    /// Rows of data; empty lines and the header are not counted.
    package var processed = 0
    /// New members of the list.
    package var added = 0
    /// Good rows whose contact was in the list already.
    package var upserts = 0
    /// Rows left out.
    package var errors = 0
    /// Of the rows left out, how many are kept for download.
    package var errorsKept = 0
    /// The first three of them.
    package var errorSamples: [ImportRowError] = []
    /// Contacts that are new.
    package var created = 0
    /// Contacts that were known and got a value that they had not.
    package var updated = 0
    /// Contacts that were known and stayed as they were.
    package var unchanged = 0
    /// Good rows whose address came before in the file; their values count, the last one wins.
    package var duplicates = 0
    /// Contacts of the file that are unsubscribed, bounced or complained, and stay so.
    package var optedOut = 0
    /// Contacts that were in the recycle bin and came back as they had been; nil in reports from before this was counted.
    package var restored: Int?
    /// The delimiter found: `comma`, `semicolon` or `tab`.
    package var delimiter = ""
    /// How each column was read: `email`, `name`, …, `attributes.<name>`, or nothing for a column left out.
    package var columns: [String] = []

    package init(importID: UUID, dryRun: Bool) {
        self.importID = importID
        self.dryRun = dryRun
    }
}
