/// Cuts a page of messages into chunks: none holds messages of two groups, and none is larger than the campaign wants.
enum ChunkPlan {
    /// A chunk to be made.
    struct Piece: Sendable, Equatable {
        let group: Int
        /// Place of its first message within the page.
        let start: Int
        let size: Int
    }

    /// - Parameter groups: how many messages each group has; they follow one another.
    static func chunks(_ groups: [Int], size: Int) -> [Piece] {
        var pieces: [Piece] = []
        var start = 0
        for (group, count) in groups.enumerated() {
            let end = start + count
            while start < end {
                pieces.append(Piece(group: group, start: start, size: min(size, end - start)))
                start += pieces[pieces.count - 1].size
            }
        }
        return pieces
    }
}
