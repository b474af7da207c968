import CommTesting
import Testing

@testable import comm_api

@Suite("Pieces from task to task")
struct PieceChannelTests {
    private struct Fault: Error {}

    @Test("every piece arrives once and in order")
    func order() async throws {
        let received = try await PieceChannel.run { channel in
            var bytes: [UInt8] = []
            for try await piece in channel { bytes += piece }
            return bytes
        } feeding: { channel in
            for byte in UInt8(0)..<200 { await channel.send([byte]) }
        }
        #expect(received == Array(0..<200))
    }

    @Test("a reader that never reads does not block the feeder")
    func deafReader() async throws {
        try await withTimeout {
            _ = await #expect(throws: Fault.self) {
                try await PieceChannel.run { _ -> Int in
                    throw Fault()
                } feeding: { channel in
                    for _ in 0..<1_000 { await channel.send([1]) }
                }
            }
        }
    }

    @Test("a reader that stops early gives its result")
    func earlyReader() async throws {
        let first = try await PieceChannel.run { channel in
            for try await piece in channel { return piece }
            return []
        } feeding: { channel in
            for byte in UInt8(0)..<100 { await channel.send([byte]) }
        }
        #expect(first == [0])
    }

    @Test("the feeder's error goes first, and the reader meets it too")
    func feederFails() async throws {
        let seen = Signal(of: Bool.self)
        await #expect(throws: Fault.self) {
            try await PieceChannel.run { channel in
                do { for try await _ in channel {} } catch { seen.fire(error is Fault) }
            } feeding: { channel in
                await channel.send([1])
                throw Fault()
            }
        }
        #expect(try await seen.wait())
    }

    @Test("a cancelled reader and a cancelled sender end")
    func cancellation() async throws {
        try await withTimeout {
            let channel = PieceChannel()
            let reader = Task { for try await _ in channel {} }
            reader.cancel()
            _ = await #expect(throws: CancellationError.self) { try await reader.value }
            let full = PieceChannel()
            let sender = Task { for _ in 0..<10 { await full.send([1]) } }
            sender.cancel()
            await sender.value
        }
    }
}
