/// Messages per second through one sender and through two, beside the bare writes.
struct DispatchBenchmark {
    let suite: BenchSuite
    let messages: Int
    let runs: Int

    func measure() async throws -> [Measurement] {
        var one: [Double] = []
        var limits: [Double] = []
        var two: [Double] = []
        var jobSize = 0
        for _ in 0..<runs {
            let result = try await DispatchRun(suite: suite, messages: messages).measure()
            one.append(result.perSecond)
            jobSize = result.jobs.reduce(0) { $0 + $1.count } / max(result.jobs.count, 1)
            limits.append(try await DispatchLimit(suite: suite, jobs: result.jobs).measure())
            two.append(try await DispatchRun(suite: suite, messages: messages, senders: 2).measure().perSecond)
            report("dispatch: one sender \(Int(one.last ?? 0))/s, two \(Int(two.last ?? 0))/s, limit \(Int(limits.last ?? 0))/s")
        }
        let what = "COPY of the same rows + LPUSH of the same jobs (\(jobSize) bytes)"
        return [
            Measurement(name: "dispatch", value: one.median, unit: "messages/s", limit: limits.median, peer: what),
            Measurement(name: "dispatch, two senders", value: two.median, unit: "messages/s", limit: one.median, peer: "one sender"),
        ]
    }
}
