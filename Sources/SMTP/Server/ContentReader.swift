import NIOCore

/// Takes the content of a message off the wire: finds the final dot, undoes dot-stuffing, refuses bare CR and LF.
///
/// Only CRLF ends a line here. Taking anything else for one is how a second mail is smuggled inside a first.
struct ContentReader {
    enum Progress: Equatable {
        case needsMore
        case complete([UInt8])
        case tooLarge
        case bareLineEnd
    }

    /// Far above the 998 octets of the RFC, as real mails are.
    private static let maximumLineLength = 65_536

    private let maximumSize: Int
    private var content: [UInt8] = []
    private var isTooLarge = false

    init(maximumSize: Int) {
        self.maximumSize = maximumSize
    }

    /// Takes whole lines; what is behind the final dot stays in the buffer.
    mutating func read(from buffer: inout ByteBuffer) -> Progress {
        var consumed = 0
        let progress = buffer.withUnsafeReadableBytes { bytes in readLines(bytes, &consumed) }
        buffer.moveReaderIndex(forwardBy: consumed)
        guard progress == nil, buffer.readableBytes > Self.maximumLineLength else { return progress ?? .needsMore }
        // Nothing of such a line needs to be kept but its last octet, which may be the CR of its end.
        isTooLarge = true
        buffer.moveReaderIndex(forwardBy: buffer.readableBytes - 1)
        return .needsMore
    }

    private mutating func readLines(_ bytes: UnsafeRawBufferPointer, _ consumed: inout Int) -> Progress? {
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == 13 {
                if index < bytes.count, bytes[index] != 10 { return .bareLineEnd }
            } else if byte == 10 {
                guard index - consumed >= 2, bytes[index - 2] == 13 else { return .bareLineEnd }
                let line = bytes[consumed..<index]
                consumed = index
                if line.count == 3, line[line.startIndex] == UInt8(ascii: ".") {
                    return isTooLarge ? .tooLarge : .complete(content)
                }
                append(line)
            }
        }
        return nil
    }

    private mutating func append(_ line: Slice<UnsafeRawBufferPointer>) {
        isTooLarge = isTooLarge || content.count + line.count > maximumSize
        if isTooLarge {
            content = []
        } else {
            content.append(contentsOf: line.first == UInt8(ascii: ".") ? line.dropFirst() : line)
        }
    }
}
