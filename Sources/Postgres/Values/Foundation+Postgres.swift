package import FoundationEssentials

extension UUID: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .uuid }

    package func encode(into buffer: inout PostgresBuffer) {
        withUnsafeBytes(of: uuid) { buffer.append($0) }
    }

    package static func decode(_ value: PostgresValue) -> UUID? {
        guard value.type == PostgresType.uuid.oid, value.bytes.count == 16 else { return nil }
        return UUID(uuid: value.bytes.loadUnaligned(as: uuid_t.self))
    }
}

extension Date: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .timestamptz }

    /// Seconds from PostgreSQL's epoch (2000) to Foundation's (2001).
    private static let epochDifference: Double = 31_622_400
    private static let secondsPerDay: Double = 86_400
    /// PostgreSQL stores the years −4713 to 294276.
    private static let limit: Double = 9.2e12

    /// Writes whole microseconds, rounded; the calendar's ends and values that are not numbers are refused.
    package func encode(into buffer: inout PostgresBuffer) {
        let seconds = timeIntervalSinceReferenceDate + Self.epochDifference
        guard seconds.isFinite, abs(seconds) < Self.limit else {
            buffer.refuse("a date is outside the range of timestamptz")
            buffer.append(integer: Int64(0))
            return
        }
        buffer.append(integer: Int64((seconds * 1_000_000).rounded()))
    }

    /// Reads `timestamptz`, and `timestamp` and `date` as UTC; `infinity` becomes the distant future.
    package static func decode(_ value: PostgresValue) -> Date? {
        switch value.type {
        case PostgresType.timestamptz.oid, TypeOID.timestamp:
            guard let microseconds = value.integer(Int64.self) else { return nil }
            guard microseconds != .max else { return .distantFuture }
            guard microseconds != .min else { return .distantPast }
            return Date(timeIntervalSinceReferenceDate: Double(microseconds) / 1_000_000 - epochDifference)
        case TypeOID.date:
            guard let days = value.integer(Int32.self) else { return nil }
            guard days != .max else { return .distantFuture }
            guard days != .min else { return .distantPast }
            return Date(timeIntervalSinceReferenceDate: Double(days) * secondsPerDay - epochDifference)
        default:
            return nil
        }
    }
}
