import NIOCore

/// The demo's CSV file as the body of a multipart request, made piece by piece while it is sent.
struct ContactFileUpload: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    static let contentType = "multipart/form-data; boundary=\(boundary)"

    let audience: DemoAudience
    private static let boundary = "harbour-notes-contacts-7d1f"
    private static let rowsPerPiece = 500

    func makeAsyncIterator() -> Iterator {
        Iterator(audience: audience)
    }

    struct Iterator: AsyncIteratorProtocol {
        let audience: DemoAudience
        private var next = 0
        private var state = State.beginning

        init(audience: DemoAudience) {
            self.audience = audience
        }

        mutating func next() async -> ByteBuffer? {
            switch state {
            case .beginning:
                state = .rows
                return ByteBuffer(
                    string: "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"contacts.csv\"\r\n"
                        + "Content-Type: text/csv; charset=utf-8\r\n\r\n" + DemoAudience.header
                )
            case .rows where next < audience.rows:
                let end = Swift.min(next + rowsPerPiece, audience.rows)
                var piece = ByteBuffer()
                for index in next..<end { piece.writeString(audience.row(index)) }
                next = end
                return piece
            case .rows:
                state = .done
                return ByteBuffer(string: "\r\n--\(boundary)--\r\n")
            case .done:
                return nil
            }
        }

        private enum State {
            case beginning, rows, done
        }
    }
}
