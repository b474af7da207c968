/// A message of a folder, and how long it is.
package struct IMAPMessageSize: Sendable, Equatable {
    package let uid: UInt32
    /// Octets.
    package let size: Int

    package init(uid: UInt32, size: Int) {
        self.uid = uid
        self.size = size
    }

    /// Reads `* 3 FETCH (UID 10 RFC822.SIZE 1234)`; nil for any other line.
    init?(line: Substring) {
        guard line.hasPrefix("* "), line.uppercased().contains(" FETCH (") else { return nil }
        guard let uid = IMAPAnswer.number(after: "UID ", in: line), uid > 0,
            let size = IMAPAnswer.number(after: "RFC822.SIZE ", in: line)
        else { return nil }
        self.init(uid: uid, size: Int(size))
    }
}
