/// Runs hooks one after the other; a failing one stops nothing.
struct HookRunner {
    /// The clock that runs are measured with.
    let now: @Sendable () -> ContinuousClock.Instant
    private(set) var runs: [HookRun] = []
    private(set) var warnings: [CompileIssue] = []

    init(now: @escaping @Sendable () -> ContinuousClock.Instant) {
        self.now = now
    }

    /// Runs a hook's part for an event, if it has one.
    mutating func run(_ hook: CompileHook, _ event: HookRun.Event, _ body: () throws -> CompileHook.Outcome?) {
        let start = now()
        do {
            guard let outcome = try body() else { return }
            warnings += outcome.warnings
            runs.append(HookRun(event: event, hook: hook.name, success: true, duration: elapsed(start), result: outcome.values))
        } catch {
            warnings.append(CompileIssue("hook_failed", "The hook \(hook.name) failed: \(error)"))
            runs.append(HookRun(event: event, hook: hook.name, success: false, duration: elapsed(start), error: "\(error)"))
        }
    }

    private func elapsed(_ start: ContinuousClock.Instant) -> Double {
        let parts = start.duration(to: now()).components
        return Double(parts.seconds) * 1_000 + Double(parts.attoseconds / 1_000_000_000_000) / 1_000
    }
}
