import Foundation
import FuzzMarkup
import FuzzTemplates
import Testing

/// The fuzz checks on the corpus and on seeded changes of it; `make fuzz` looks further.
@Suite struct FuzzTests {
    /// COMM_SEED is where the seeds begin, COMM_SEEDS how many are tried.
    private static let seeds: Range<UInt64> = {
        let environment = ProcessInfo.processInfo.environment
        let first = environment["COMM_SEED"].flatMap(UInt64.init) ?? 1
        return first..<first + (environment["COMM_SEEDS"].flatMap(UInt64.init) ?? 1_000)
    }()

    @Test(arguments: MarkupCheck.allCases) func `inlining loses nothing and is done once for all`(check: MarkupCheck) throws {
        try run(check.rawValue, check.run)
    }

    @Test func `no template and no contact can put code or markup into a mail`() throws {
        try run("template", TemplateCheck.run)
    }

    private func run(_ name: String, _ check: ([UInt8]) throws -> Void) throws {
        let inputs = try Corpus.inputs(name)
        #expect(inputs.count >= 3)
        for input in inputs {
            do { try check(input.bytes) } catch { Issue.record("\(input.name): \(error)") }
        }
        for seed in Self.seeds {
            var mutator = Mutator(seed: seed)
            let bytes = mutator.input(from: inputs.map(\.bytes))
            do {
                try check(bytes)
            } catch {
                Issue.record("seed \(seed), \(Data(bytes).base64EncodedString()): \("\(error)".prefix(3_000))")
            }
        }
    }
}
