/// Whether a person is behind a click or an open.
package enum TrackingVerdict: String, Sendable, Codable, CaseIterable {
    /// Somebody read the mail.
    case human
    /// A security scanner or another robot that looks where links lead.
    case scanner
    /// A program that loads on somebody's behalf without their doing: prefetching, previews, privacy proxies.
    case machine
    /// Not enough was observed, or it contradicts itself.
    case unknown

    /// Whether it counts as engagement of the person.
    ///
    /// What is not known counts: a reader with an odd browser weighs more than a robot that behaves like a reader.
    package var isCounted: Bool {
        self == .human || self == .unknown
    }
}
