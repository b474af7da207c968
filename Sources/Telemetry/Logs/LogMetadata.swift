import Logging

/// The values of a log record.
enum LogMetadata {
    /// All of them; the later source wins.
    static func merged(_ base: Logger.Metadata, _ others: Logger.Metadata?...) -> Logger.Metadata {
        others.compactMap(\.self).reduce(base) { all, more in
            all.merging(more) { _, new in new }
        }
    }
}
