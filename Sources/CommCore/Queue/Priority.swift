/// The five classes of the queue.
///
/// Bulk classes are leased in chunks, the others row by row.
package enum Priority: Int16, Sendable, CaseIterable {
    case emergency = 0
    case alert = 1
    case newsletter = 2
    case campaign = 3
    case transactional = 4
}
