/// A table of data on its way to lines with aligned columns.
struct TextTable {
    /// Nobody reads a table of more columns than that as text.
    private static let mostColumns = 30
    private static let gap = 2
    private static let narrowest = 8

    private struct Cell {
        var lines: [ArraySlice<UInt8>] = []
        var column = 0
        var isHeader = false
        var spansColumns = false
        var isRight = false
    }

    private struct Row {
        var cells: [Cell] = []
        /// Text between rows, such as the beginning of a loop over them.
        var loose: [ArraySlice<UInt8>] = []

        var isHeader: Bool { !cells.isEmpty && cells.allSatisfy(\.isHeader) }
        /// Whether it has something to read.
        var isFilled: Bool { cells.contains { !$0.lines.isEmpty } }
    }

    private var rows: [Row] = []
    private var isInRow = false
    /// Rows that a cell above still reaches into, by column.
    private var reaching: [Int: Int] = [:]
    private var nextColumn = 0
    private var nextCell: Cell?
    private var nextRowSpan = 1

    /// Begins a row.
    mutating func beginRow() {
        rows.append(Row())
        isInRow = true
        nextColumn = 0
    }

    /// Ends the row.
    mutating func endRow() {
        isInRow = false
        reaching = reaching.compactMapValues { $0 > 1 ? $0 - 1 : nil }
    }

    /// Begins a cell of the row.
    mutating func beginCell(isHeader: Bool, columns: Int, rows span: Int, isRight: Bool) {
        if !isInRow { beginRow() }
        while nextColumn < Self.mostColumns, reaching[nextColumn] != nil { nextColumn += 1 }
        nextCell = Cell(column: min(nextColumn, Self.mostColumns - 1), isHeader: isHeader, spansColumns: columns > 1, isRight: isRight)
        let end = min(nextColumn + min(max(columns, 1), Self.mostColumns), Self.mostColumns)
        // The cell's own row counts as one.
        if span > 1, nextColumn < end { for column in nextColumn..<end { reaching[column] = min(span, 1_000) } }
        nextColumn = end
    }

    /// Ends the cell with what is in it.
    mutating func endCell(_ lines: [ArraySlice<UInt8>]) {
        guard var cell = nextCell, !rows.isEmpty else { return }
        nextCell = nil
        cell.lines = lines.filter { !$0.isEmpty }
        let place = rows.count - 1
        if let last = rows[place].cells.last, last.column == cell.column {
            rows[place].cells[rows[place].cells.count - 1].lines += cell.lines
        } else {
            rows[place].cells.append(cell)
        }
    }

    /// Adds text that stands between cells or rows.
    mutating func addLoose(_ lines: [ArraySlice<UInt8>]) {
        rows.append(Row(loose: lines))
        // What follows in the same source row goes on in another one.
        if isInRow { rows.append(Row()) }
    }

    /// The table as lines of at most so many columns.
    func lines(columns room: Int) -> [ArraySlice<UInt8>] {
        let filled = rows.filter { $0.isFilled || !$0.loose.isEmpty }
        let count = (filled.flatMap(\.cells).filter { !$0.lines.isEmpty }.map(\.column).max() ?? 0) + 1
        let cells = filled.flatMap(\.cells)
        // A value that a recipient brings along is as wide as it likes, so there is nothing to align.
        if cells.contains(where: Self.hasTag) { return barred(filled) }
        guard let widths = widths(cells, count, room) else { return records(filled) }
        return aligned(filled, widths, numeric: numeric(filled, count))
    }

    private static func hasTag(_ cell: Cell) -> Bool {
        cell.lines.contains { line in
            zip(line, line.dropFirst()).contains { $0 == UInt8(ascii: "{") && $1 == UInt8(ascii: "{") }
                || line.indices.contains { line[$0] == 0xF3 && PlainText.mark(in: Array(line[$0...].prefix(64)), at: 0)?.columns == 0 }
        }
    }

    // MARK: Aligned

    /// Columns of each column; nil when the table is too wide even with its texts wrapped.
    private func widths(_ cells: [Cell], _ count: Int, _ room: Int) -> [Int]? {
        var natural = [Int](repeating: 0, count: count)
        var least = [Int](repeating: 0, count: count)
        for cell in cells where cell.column < count && !cell.spansColumns {
            for line in cell.lines {
                natural[cell.column] = max(natural[cell.column], TextBytes.columns(line))
                let word = line.split(separator: 0x20).map { TextBytes.columns($0) }.max() ?? 0
                least[cell.column] = max(least[cell.column], word)
            }
        }
        let room = room - Self.gap * (count - 1)
        guard natural.reduce(0, +) > room else { return natural }
        // The widest give way, down to their longest word.
        for column in least.indices { least[column] = min(natural[column], max(least[column], Self.narrowest)) }
        guard least.reduce(0, +) <= room else { return nil }
        var free = room - least.reduce(0, +)
        var widths = least
        let order = natural.indices.sorted { natural[$0] - least[$0] < natural[$1] - least[$1] }
        for (number, column) in order.enumerated() {
            let more = min(natural[column] - least[column], free / (count - number))
            widths[column] += more
            free -= more
        }
        return widths
    }

    /// The columns whose values are all numbers.
    private func numeric(_ rows: [Row], _ count: Int) -> [Bool] {
        var isNumeric = [Bool](repeating: false, count: count)
        var isOther = isNumeric
        for cell in rows.flatMap(\.cells) where cell.column < count && !cell.isHeader {
            for line in cell.lines {
                if cell.isRight || Self.isNumber(line) { isNumeric[cell.column] = true } else { isOther[cell.column] = true }
            }
        }
        return (0..<count).map { isNumeric[$0] && !isOther[$0] && $0 > 0 }
    }

    /// A figure with its unit or currency.
    private static func isNumber(_ line: ArraySlice<UInt8>) -> Bool {
        let letters = line.count { (0x61...0x7A).contains($0 | 0x20) }
        return line.count <= 20 && letters <= 3 && line.contains { (0x30...0x39).contains($0) }
    }

    private func aligned(_ rows: [Row], _ widths: [Int], numeric: [Bool]) -> [ArraySlice<UInt8>] {
        var output: [ArraySlice<UInt8>] = []
        for (number, row) in rows.enumerated() {
            output += row.loose
            guard row.isFilled else { continue }
            let columns = row.cells.filter { $0.column < widths.count }.map { cell in
                let room = cell.spansColumns ? widths[cell.column...].reduce(-Self.gap) { $0 + $1 + Self.gap } : widths[cell.column]
                return (cell: cell, lines: cell.lines.flatMap { LineWrapper.lines(of: Array($0), columns: room) })
            }
            for line in 0..<(columns.map(\.lines.count).max() ?? 0) {
                var text: [UInt8] = []
                var taken = 0
                for (cell, lines) in columns where line < lines.count {
                    let start = widths[..<cell.column].reduce(0) { $0 + $1 + Self.gap }
                    let size = TextBytes.columns(lines[line])
                    let isRight = numeric[cell.column] && !cell.spansColumns
                    let place = max(isRight ? start + widths[cell.column] - size : start, taken)
                    text += [UInt8](repeating: 0x20, count: place - taken) + lines[line]
                    taken = place + size
                }
                output.append(text[...])
            }
            let next = number + 1 < rows.count ? rows[number + 1] : nil
            if row.isHeader, next?.isHeader != true { output.append(Self.rule(widths)) }
        }
        return output
    }

    private static func rule(_ widths: [Int]) -> ArraySlice<UInt8> {
        let dashes = widths.filter { $0 > 0 }.map { [UInt8](repeating: UInt8(ascii: "-"), count: $0) }
        return Array(dashes.joined(separator: [UInt8](repeating: 0x20, count: gap)))[...]
    }

    // MARK: Otherwise

    /// A line for each row, with bars between the cells.
    private func barred(_ rows: [Row]) -> [ArraySlice<UInt8>] {
        var output: [ArraySlice<UInt8>] = []
        for row in rows {
            output += row.loose
            guard row.isFilled else { continue }
            let line = Array(
                row.cells.map { Array($0.lines.joined(separator: [0x20])) }.filter { !$0.isEmpty }.joined(separator: Array(" | ".utf8))
            )
            output.append(line[...])
            if row.isHeader { output.append(Array(repeating: UInt8(ascii: "-"), count: min(TextBytes.columns(line[...]), 60))[...]) }
        }
        return output
    }

    /// A few lines for each row, each with the name of its column.
    private func records(_ rows: [Row]) -> [ArraySlice<UInt8>] {
        var output: [ArraySlice<UInt8>] = []
        var names: [Int: [UInt8]] = [:]
        for row in rows {
            output += row.loose
            if row.isHeader {
                for cell in row.cells { names[cell.column] = Array(cell.lines.joined(separator: [0x20])) }
                continue
            }
            guard row.isFilled else { continue }
            if !output.isEmpty { output.append([]) }
            for cell in row.cells where !cell.lines.isEmpty {
                let name = names[cell.column].flatMap { $0.isEmpty ? nil : $0 + Array(": ".utf8) } ?? []
                output.append((name + Array(cell.lines.joined(separator: [0x20])))[...])
            }
        }
        return output.isEmpty ? names.sorted { $0.key < $1.key }.map { $0.value[...] } : output
    }
}
