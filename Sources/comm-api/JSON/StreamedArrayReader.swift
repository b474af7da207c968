/// Takes a JSON object apart while it arrives: the elements of one member, an array, come out one by one; everything else is kept.
///
/// So a request with very many elements never stands in memory as a tree. The pieces are cut here and read by the strict parser, which
/// also finds what is wrong inside of them.
struct StreamedArrayReader {
    /// What makes an input impossible to take apart.
    enum Failure: Error, Equatable {
        case syntax(line: Int, column: Int)
        case elementTooLarge(index: Int)
        case restTooLarge
    }

    private enum State {
        case start, beforeName, name, afterName, beforeValue, value, beforeElement, element, afterElement, afterValue, end
    }

    private let member: [UInt8]
    private let largestElement: Int
    private let largestRest: Int
    private var state = State.start
    private var line = 1
    private var column = 0
    private var piece: [UInt8] = []
    private var name: [UInt8] = []
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private var count = 0
    private var hasArray = false
    private var isBehindComma = false
    /// The object without the array.
    private(set) var rest: [UInt8] = [UInt8(ascii: "{")]

    /// - Parameters:
    ///   - member: name of the array.
    ///   - largestElement: of one element (bytes).
    ///   - largestRest: of everything else (bytes).
    init(member: String, largestElement: Int, largestRest: Int) {
        self.member = Array("\"\(member)\"".utf8)
        self.largestElement = largestElement
        self.largestRest = largestRest
    }

    /// Whether the object is whole.
    var isComplete: Bool {
        if case .end = state { true } else { false }
    }

    /// What is wrong with an object that is not whole.
    var incomplete: Failure { .syntax(line: line, column: column + 1) }

    /// Whether the array was there.
    var hasElements: Bool { hasArray }

    /// Reads the next bytes.
    ///
    /// - Parameter element: is given each element as it was written.
    mutating func read(_ bytes: some Sequence<UInt8>, element: ([UInt8]) throws -> Void) throws {
        for byte in bytes {
            // Characters are counted, not their bytes.
            if byte & 0xC0 != 0x80 { column += 1 }
            try step(byte, element)
            if byte == 0x0A { (line, column) = (line + 1, 0) }
        }
    }

    private mutating func step(_ byte: UInt8, _ element: ([UInt8]) throws -> Void) throws {
        let isBlank = byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
        switch state {
        case .start:
            if isBlank { return }
            try require(byte == UInt8(ascii: "{"))
            state = .beforeName
        case .beforeName:
            if isBlank { return }
            if byte == UInt8(ascii: "}"), !isBehindComma { return finish() }
            try require(byte == UInt8(ascii: "\""))
            name = [byte]
            (isInString, isEscaped, state) = (true, false, .name)
        case .name:
            name.append(byte)
            guard name.count <= 1_000 else { throw Failure.restTooLarge }
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                (isInString, state) = (false, .afterName)
            }
        case .afterName:
            if isBlank { return }
            try require(byte == UInt8(ascii: ":"))
            state = .beforeValue
        case .beforeValue:
            if isBlank { return }
            if name == member, byte == UInt8(ascii: "[") {
                try require(!hasArray)
                hasArray = true
                state = .beforeElement
                return
            }
            begin(.value)
            try inValue(byte, element)
        case .value: try inValue(byte, element)
        case .beforeElement:
            if isBlank { return }
            if byte == UInt8(ascii: "]"), count == 0 {
                state = .afterValue
                return
            }
            try require(byte != UInt8(ascii: "]") && byte != UInt8(ascii: ","))
            begin(.element)
            try inValue(byte, element)
        case .element: try inValue(byte, element)
        case .afterElement:
            if isBlank { return }
            if byte == UInt8(ascii: ",") {
                state = .beforeElement
            } else {
                try require(byte == UInt8(ascii: "]"))
                state = .afterValue
            }
        case .afterValue:
            if isBlank { return }
            if byte == UInt8(ascii: "}") { return finish() }
            try require(byte == UInt8(ascii: ","))
            isBehindComma = true
            state = .beforeName
        case .end: try require(isBlank)
        }
    }

    private mutating func begin(_ next: State) {
        state = next
        piece = []
        (depth, isInString, isEscaped) = (0, false, false)
    }

    /// One byte of a value: it ends with its last bracket or quote, or before what comes behind a number or word.
    private mutating func inValue(_ byte: UInt8, _ element: ([UInt8]) throws -> Void) throws {
        if isInString {
            try keep(byte)
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
                if depth == 0 { try end(element) }
            }
            return
        }
        switch byte {
        case UInt8(ascii: "\""):
            isInString = true
            try keep(byte)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            depth += 1
            try keep(byte)
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            if depth == 0 {
                try end(element)
                return try step(byte, element)
            }
            depth -= 1
            try keep(byte)
            if depth == 0 { try end(element) }
        case UInt8(ascii: ",") where depth == 0:
            try end(element)
            try step(byte, element)
        case 0x20, 0x09, 0x0A, 0x0D:
            if depth == 0 { try end(element) } else { try keep(byte) }
        default: try keep(byte)
        }
    }

    private mutating func keep(_ byte: UInt8) throws {
        piece.append(byte)
        if case .element = state {
            guard piece.count <= largestElement else { throw Failure.elementTooLarge(index: count) }
        } else {
            guard rest.count + piece.count <= largestRest else { throw Failure.restTooLarge }
        }
    }

    private mutating func end(_ element: ([UInt8]) throws -> Void) throws {
        try require(!piece.isEmpty)
        if case .element = state {
            count += 1
            state = .afterElement
            try element(piece)
        } else {
            if rest.count > 1 { rest.append(UInt8(ascii: ",")) }
            rest += name
            rest.append(UInt8(ascii: ":"))
            rest += piece
            state = .afterValue
        }
        piece = []
    }

    private mutating func finish() {
        rest.append(UInt8(ascii: "}"))
        state = .end
    }

    private func require(_ condition: Bool) throws {
        guard condition else { throw Failure.syntax(line: line, column: column) }
    }
}
