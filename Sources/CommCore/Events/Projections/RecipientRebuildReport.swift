import FoundationEssentials

/// What a rebuild has looked at and found to be otherwise.
package struct RecipientRebuildReport: Sendable, Equatable {
    /// So many contacts that differ are named.
    package static let mostSamples = 20

    package private(set) var contacts = 0
    package private(set) var different = 0
    /// How many contacts differ in a column.
    package private(set) var byColumn: [String: Int] = [:]
    /// Some contacts that differ.
    package private(set) var samples: [UUID] = []

    init(contacts: Int = 0) {
        self.contacts = contacts
    }

    mutating func note(_ id: UUID, _ columns: [String]) {
        different += 1
        for column in columns { byColumn[column, default: 0] += 1 }
        if samples.count < Self.mostSamples { samples.append(id) }
    }

    mutating func add(_ other: RecipientRebuildReport) {
        contacts += other.contacts
        different += other.different
        byColumn.merge(other.byColumn, uniquingKeysWith: +)
        samples = Array((samples + other.samples).prefix(Self.mostSamples))
    }
}
