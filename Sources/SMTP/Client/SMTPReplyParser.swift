import NIOCore

/// Cuts the octets of a server into replies.
///
/// A line ends with LF; the CR before it is dropped. Lines and replies are bounded, so that a server cannot fill the memory.
struct SMTPReplyParser {
    /// RFC 5321 §4.5.3.1.5 allows 512; real servers send longer texts.
    static let maximumLineLength = 4_096
    static let maximumLines = 128

    private var code: Int?
    private var lines: [String] = []

    /// The next whole reply, nil when more octets are needed.
    ///
    /// - Throws: `SMTPError.Code.protocolViolation` for what is no reply.
    mutating func next(from buffer: inout ByteBuffer) throws(SMTPError) -> SMTPReply? {
        while let line = try Self.readLine(from: &buffer) {
            guard line.count >= 3, let number = Self.number(line.prefix(3)), (200..<600).contains(number) else {
                throw SMTPError(.protocolViolation, "a line is no reply")
            }
            guard code == nil || code == number else { throw SMTPError(.protocolViolation, "the code changes inside a reply") }
            let mark = line.dropFirst(3).first
            guard mark == nil || mark == UInt8(ascii: " ") || mark == UInt8(ascii: "-") else {
                throw SMTPError(.protocolViolation, "a line is no reply")
            }
            guard lines.count < Self.maximumLines else { throw SMTPError(.protocolViolation, "a reply has too many lines") }
            code = number
            lines.append(String(decoding: line.dropFirst(4), as: UTF8.self))
            if mark != UInt8(ascii: "-") {
                defer {
                    code = nil
                    lines = []
                }
                return SMTPReply(number, lines: lines)
            }
        }
        return nil
    }

    private static func readLine(from buffer: inout ByteBuffer) throws(SMTPError) -> [UInt8]? {
        guard let feed = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
            guard buffer.readableBytes <= maximumLineLength else { throw SMTPError(.protocolViolation, "a line is too long") }
            return nil
        }
        let length = feed - buffer.readerIndex
        guard length <= maximumLineLength else { throw SMTPError(.protocolViolation, "a line is too long") }
        var line = buffer.readBytes(length: length) ?? []
        buffer.moveReaderIndex(forwardBy: 1)
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return line
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        digits.reduce(0 as Int?) { value, digit in
            guard let value, (0x30...0x39).contains(digit) else { return nil }
            return value * 10 + Int(digit - 0x30)
        }
    }
}
