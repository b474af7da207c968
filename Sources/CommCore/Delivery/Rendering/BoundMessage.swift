/// A recipient's values and signed links, ready to be written out in any form.
///
/// Reuse one for many recipients: it keeps its memory.
package struct BoundMessage: Sendable {
    /// The recipient's unsubscribe address, for the `List-Unsubscribe` header.
    package internal(set) var unsubscribeURL: [UInt8] = []
    var values: [[UInt8]] = []
    var openPixelURL: [UInt8] = []
    var webVersionURL: [UInt8] = []
    var preferencesURL: [UInt8] = []
    /// All tracked links' addresses, one behind the other.
    var links: [UInt8] = []
    /// Where each address ends in `links`.
    var linkEnds: [Int] = []
    /// For links that are signed where they are written; nil when there are none.
    var clicks: LinkTokenBeginning?

    /// A message that no recipient was bound to yet.
    package init() {}

    /// Appends the address of a tracked link, by its place in the program.
    func appendLink(_ place: Int, to output: inout [UInt8]) {
        let start = place == 0 ? 0 : linkEnds[place - 1]
        output.append(contentsOf: links[start..<linkEnds[place]])
    }
}
