import CHiredis

extension RedisReply {
    /// A copy of the library's reply; the caller keeps the original and frees it.
    init(copying reply: UnsafePointer<redisReply>) {
        switch reply.pointee.type {
        case REDIS_REPLY_STRING: self = .bulk(Self.bytes(of: reply))
        case REDIS_REPLY_STATUS: self = .status(String(decoding: Self.bytes(of: reply), as: UTF8.self))
        case REDIS_REPLY_ERROR: self = .error(String(decoding: Self.bytes(of: reply), as: UTF8.self))
        case REDIS_REPLY_INTEGER: self = .integer(Int64(reply.pointee.integer))
        case REDIS_REPLY_ARRAY: self = .array(Self.elements(of: reply))
        default: self = .null
        }
    }

    private static func bytes(of reply: UnsafePointer<redisReply>) -> [UInt8] {
        guard let start = reply.pointee.str else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: reply.pointee.len))
    }

    private static func elements(of reply: UnsafePointer<redisReply>) -> [RedisReply] {
        guard let start = reply.pointee.element else { return [] }
        return UnsafeBufferPointer(start: start, count: reply.pointee.elements).map { element in
            guard let element else { return .null }
            return RedisReply(copying: element)
        }
    }
}
