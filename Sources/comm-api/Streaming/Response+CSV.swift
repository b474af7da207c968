import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// A CSV file for download that is written while it is made; a slow reader slows the making.
    static func csv(
        fileName: String,
        _ produce: @escaping @Sendable (_ write: @Sendable ([UInt8]) async throws -> Void) async throws -> Void
    ) -> Response {
        download(fileName: fileName, contentType: "text/csv; charset=utf-8", produce)
    }

    /// The same for a file of any type.
    static func download(
        fileName: String,
        contentType: String,
        _ produce: @escaping @Sendable (_ write: @Sendable ([UInt8]) async throws -> Void) async throws -> Void
    ) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: contentType, .contentDisposition: "attachment; filename=\"\(fileName)\"",
                .cacheControl: "no-store",
            ],
            body: ResponseBody { writer in
                let channel = PieceChannel()
                try await withThrowingTaskGroup { group in
                    group.addTask {
                        do {
                            try await produce { bytes in
                                try Task.checkCancellation()
                                await channel.send(bytes)
                            }
                            channel.finish()
                        } catch {
                            channel.finish(error)
                        }
                    }
                    defer { channel.abandon() }
                    for try await bytes in channel { try await writer.write(ByteBuffer(bytes: bytes)) }
                }
                try await writer.finish(nil)
            }
        )
    }
}
