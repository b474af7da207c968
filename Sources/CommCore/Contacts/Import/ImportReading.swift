import CSV
import FoundationEssentials

/// The first half of an import: the file is read, every row checked, the good ones put on the spool and the bad ones counted.
struct ImportReading: Sendable {
    /// Bad rows that are kept for download; more are only counted.
    static let keptErrors = 10_000
    static let errorSamples = 3
    private static let pieceSize = 262_144

    private(set) var report: ImportReport
    private(set) var errors: [ImportRowError] = []
    private var parser: CSVParser
    private var header: ImportHeader?
    private var encoder: ImportRowEncoder?
    private var buffer = ImportRowBuffer()
    private let options: ImportOptions

    init(options: ImportOptions, importID: UUID) {
        self.options = options
        report = ImportReport(importID: importID, dryRun: options.dryRun)
        parser = CSVParser(limits: options.limits)
        buffer.reserve(Self.pieceSize * 2)
        if !options.dryRun { buffer.append(raw: ImportRowBuffer.header) }
    }

    /// Rows that can be imported.
    var goodRows: Int { report.processed - report.errors }

    /// Reads the next bytes of the file.
    mutating func read(_ chunk: [UInt8], spool: ImportSpool?) async throws {
        var rest = chunk[...]
        while !rest.isEmpty {
            try Task.checkCancellation()
            let piece = rest.prefix(Self.pieceSize)
            rest = rest.dropFirst(Self.pieceSize)
            try parse { parser, onRecord in try piece.withUnsafeBufferPointer { try parser.parse($0, onRecord) } }
            try await flush(to: spool, atLeast: Self.pieceSize)
        }
    }

    /// Ends the file.
    mutating func finish(spool: ImportSpool?) async throws {
        try parse { parser, onRecord in try parser.finish(onRecord) }
        guard let header else { throw ImportError(.invalidFile, "The file is empty") }
        report.delimiter = parser.delimiter.map { "\($0)" } ?? ""
        report.columns = header.columns.map(\.name)
        if !options.dryRun { buffer.append(raw: ImportRowBuffer.trailer) }
        try await flush(to: spool, atLeast: 1)
    }

    // MARK: - Records

    private mutating func parse(
        _ step: (inout CSVParser, (borrowing CSVRecord) throws -> Void) throws -> Void
    ) throws {
        // The parser is taken out while it runs, so that its buffers are not shared and copied.
        var running = CSVParser()
        swap(&running, &parser)
        do {
            try step(&running) { try take(copy $0) }
        } catch let error as CSVError {
            throw ImportError(error)
        }
        parser = running
    }

    private mutating func take(_ record: CSVRecord) throws {
        guard encoder != nil else { return try takeHeader(record) }
        record.bytes.withUnsafeBufferPointer { bytes in
            let fields = ImportFields(record, bytes)
            guard !fields.isBlank else { return }
            report.processed += 1
            do throws(ImportRowError) {
                try encoder?.append(fields, to: &buffer)
                if options.dryRun { buffer.rollBack(to: 0) }
            } catch {
                keep(error)
            }
        }
    }

    private mutating func takeHeader(_ record: CSVRecord) throws {
        let header = try ImportHeader(record, mapping: options.headerMapping)
        self.header = header
        encoder = ImportRowEncoder(header: header, policy: options.addressPolicy)
    }

    private mutating func keep(_ error: ImportRowError) {
        report.errors += 1
        if report.errorSamples.count < Self.errorSamples { report.errorSamples.append(error) }
        guard errors.count < Self.keptErrors else { return }
        errors.append(error)
        report.errorsKept = errors.count
    }

    private mutating func flush(to spool: ImportSpool?, atLeast size: Int) async throws {
        guard let spool, buffer.bytes.count >= size else { return }
        try await spool.append(buffer.take())
    }
}
