import CommTesting
import Testing

@testable import CommCore

@Suite("Cutting a page into chunks")
struct ChunkPlanTests {
    @Test("every message is in one chunk, none holds two groups, none is larger than asked")
    func properties() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<500 {
            let groups = (0..<Int.random(in: 0...12, using: &random)).map { _ in Int.random(in: 0...40, using: &random) }
            let size = Int.random(in: 1...15, using: &random)
            let pieces = ChunkPlan.chunks(groups, size: size)
            #expect(pieces.allSatisfy { $0.size >= 1 && $0.size <= size })
            var place = 0
            for piece in pieces {
                #expect(piece.start == place)
                place += piece.size
            }
            #expect(place == groups.reduce(0, +))
            for (group, count) in groups.enumerated() {
                #expect(pieces.filter { $0.group == group }.reduce(0) { $0 + $1.size } == count)
            }
        }
    }
}
