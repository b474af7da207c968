/// What a tenant asks of its mail before it goes: which findings stop it, and from which sizes on.
///
/// Stored and sent as JSON; what is missing has its default.
package struct PreflightPolicy: Sendable, Equatable, Codable {
    package enum Level: String, Sendable, CaseIterable, Codable {
        /// Scheduling is refused.
        case stop
        case warn
        /// It is not looked at.
        case off
    }

    /// Sizes by their names on the wire.
    package enum Limit: String, Sendable, CaseIterable, Codable {
        /// Gmail shows the first 102 KB and hides the rest, with the unsubscribe link in it.
        case htmlBytes = "html_bytes"
        case subjectCharacters = "subject_characters"
        case preheaderCharacters = "preheader_characters"
        /// Characters of text for each image.
        case textPerImage = "text_per_image"
        case exclamationMarks = "exclamation_marks"

        package var standard: Int {
            switch self {
            case .htmlBytes: 102 * 1024
            case .subjectCharacters: 70
            case .preheaderCharacters: 150
            case .textPerImage: 60
            case .exclamationMarks: 1
            }
        }

        package var range: ClosedRange<Int> {
            self == .htmlBytes ? 1_000...10_000_000 : 0...10_000
        }
    }

    /// Levels by the names of checks.
    package var levels: [String: Level]
    /// Limits by their names.
    package var limits: [String: Int]

    package init(levels: [String: Level] = [:], limits: [String: Int] = [:]) {
        self.levels = levels
        self.limits = limits
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        levels = try container.decodeIfPresent([String: Level].self, forKey: .levels) ?? [:]
        limits = try container.decodeIfPresent([String: Int].self, forKey: .limits) ?? [:]
    }

    func level(of check: PreflightCheck) -> Level {
        check.isFixed ? check.defaultLevel : levels[check.rawValue] ?? check.defaultLevel
    }

    func limit(_ limit: Limit) -> Int {
        limits[limit.rawValue] ?? limit.standard
    }

    /// Everything spelled out, for showing.
    package var complete: PreflightPolicy {
        PreflightPolicy(
            levels: Dictionary(uniqueKeysWithValues: PreflightCheck.allCases.map { ($0.rawValue, level(of: $0)) }),
            limits: Dictionary(uniqueKeysWithValues: Limit.allCases.map { ($0.rawValue, limit($0)) })
        )
    }
}
