/// Collects pieces of text.
actor TextBox {
    private var bytes: [UInt8] = []

    var text: String { String(decoding: bytes, as: UTF8.self) }

    func append(_ piece: [UInt8]) {
        bytes += piece
    }
}
