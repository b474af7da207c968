/// What became of one run of a hook; stored in the artifact's report.
package struct HookRun: Codable, Sendable, Equatable {
    /// When hooks run.
    package enum Event: String, Codable, Sendable, CaseIterable {
        case validation = "compile.validation"
        case completed = "compile.completed"
    }

    package let event: Event
    package let hook: String
    package let success: Bool
    /// Milliseconds.
    package let duration: Double
    /// The hook's counts; nil where it failed.
    package var result: [String: Int]?
    package var error: String?
}
