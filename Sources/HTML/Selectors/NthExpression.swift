/// The `an+b` of `:nth-child()`.
struct NthExpression: Sendable, Equatable {
    var step: Int32
    var offset: Int32

    /// Whether a place, counted from 1, is among those meant.
    func matches(_ place: Int) -> Bool {
        guard step != 0 else { return place == Int(offset) }
        let distance = place - Int(offset)
        return distance % Int(step) == 0 && distance / Int(step) >= 0
    }

    init(step: Int32, offset: Int32) {
        self.step = step
        self.offset = offset
    }

    /// Reads `odd`, `even`, `3`, `2n+1`, `-n + 3`…; nil when it is none of these.
    init?(_ text: String) {
        let text = text.lowercased()
        let parts = text.filter { $0 != " " && $0 != "\t" && $0 != "\n" }
        switch parts {
        case "odd": self.init(step: 2, offset: 1)
        case "even": self.init(step: 2, offset: 0)
        default:
            guard let n = parts.firstIndex(of: "n") else {
                guard let offset = Self.number(parts) else { return nil }
                self.init(step: 0, offset: offset)
                return
            }
            let before = parts[..<n]
            let after = parts[parts.index(after: n)...]
            let step = before.isEmpty || before == "+" ? 1 : before == "-" ? -1 : Self.number(before)
            let offset = after.isEmpty ? 0 : Self.number(after)
            guard let step, let offset, after.isEmpty || after.first == "+" || after.first == "-" else { return nil }
            self.init(step: step, offset: offset)
        }
    }

    private static func number(_ text: some StringProtocol) -> Int32? {
        guard let value = Int32(text), abs(Int(value)) <= 1_000_000 else { return nil }
        return value
    }
}
