/// One line that shows how far a campaign has come: a bar, the counts of each stage, the rate and the time left.
struct ProgressBar: Sendable {
    let total: Int
    private let width = 24
    private var samples: [(at: Double, events: Int)] = []

    init(total: Int) {
        self.total = total
    }

    /// The line for the given counts, `seconds` after the start.
    mutating func line(handedOver: Int, delivered: Int, reported: Int, seconds: Double) -> String {
        samples.append((seconds, handedOver + delivered + reported))
        samples.removeAll { $0.at < seconds - 10 }
        let done = total == 0 ? 1 : min(1, Double(handedOver + delivered + reported) / Double(3 * total))
        let filled = Int(done * Double(width))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        let percent = Self.padded("\(Int(done * 100))%", 4)
        let counts = "handed over \(Self.grouped(handedOver)) · delivered \(Self.grouped(delivered)) · reported \(Self.grouped(reported))"
        return "\(bar) \(percent)  \(counts) of \(Self.grouped(total))  \(pace(seconds: seconds, reported: reported))"
    }

    /// Messages a second over the last ten seconds, through all three stages, and the time left at that pace.
    private func pace(seconds: Double, reported: Int) -> String {
        guard let first = samples.first, let last = samples.last, last.at - first.at > 0.2 else { return "" }
        let perSecond = Double(last.events - first.events) / (last.at - first.at) / 3
        guard perSecond > 0 else { return "0/s" }
        let left = Double(max(0, 3 * total - last.events)) / 3 / perSecond
        return "\(Self.grouped(Int(perSecond)))/s  \(Self.timeLeft(left))"
    }

    private static func timeLeft(_ seconds: Double) -> String {
        seconds < 90 ? "\(Int(seconds.rounded(.up))) s left" : "\(Int((seconds / 60).rounded(.up))) min left"
    }

    /// A number with its thousands set apart: 12,345.
    static func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// A text with blanks before it up to the given width.
    static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
