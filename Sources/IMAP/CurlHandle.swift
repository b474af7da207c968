import CCurl
import Glibc
import Synchronization

/// One of libcurl's handles with its connection; used by one thread at a time.
final class CurlHandle {
    /// Set from anywhere to end the running transfer.
    final class Brake: Sendable {
        private let isPulled = Atomic<Bool>(false)
        func pull() { isPulled.store(true, ordering: .relaxed) }
        func release() { isPulled.store(false, ordering: .relaxed) }
        /// Whether it is pulled.
        var state: Bool { isPulled.load(ordering: .relaxed) }
    }

    /// What a transfer brings, up to a limit.
    private final class Sink {
        var bytes: [UInt8] = []
        let limit: Int
        var isFull = false
        init(limit: Int) { self.limit = limit }
    }

    private static let isStarted = comm_curl_start() == CURLE_OK

    private let handle: UnsafeMutableRawPointer
    private let brake: Brake
    /// Where libcurl says more about an error than its code does.
    private let detail = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    /// - Parameter connectsOnly: whether the first transfer ends with the login, and lines are sent and received by hand from then on.
    /// - Throws: `IMAPError` when libcurl cannot be set up.
    init(_ configuration: IMAPConfiguration, brake: Brake, connectsOnly: Bool = false) throws(IMAPError) {
        guard Self.isStarted, let handle = curl_easy_init() else { throw IMAPError(.invalidSetting, "libcurl cannot be set up") }
        self.handle = handle
        self.brake = brake
        detail.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        // What throws from here on is cleaned up by deinit.
        try prepare(configuration)
        if connectsOnly { try set(CURLOPT_CONNECT_ONLY, 1) }
    }

    deinit {
        curl_easy_cleanup(handle)
        detail.deallocate()
    }

    private func prepare(_ configuration: IMAPConfiguration) throws(IMAPError) {
        try check(comm_curl_set_buffer(handle, CURLOPT_ERRORBUFFER, detail))
        try set(CURLOPT_PROTOCOLS_STR, "imap,imaps")
        try set(CURLOPT_USERNAME, configuration.user)
        try set(CURLOPT_PASSWORD, configuration.password)
        // Nothing of the process environment decides where the password goes.
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_USE_SSL, configuration.security == .none ? 0 : Int(CURLUSESSL_ALL.rawValue))
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let file = configuration.trustedCertificates { try set(CURLOPT_CAINFO, file) }
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_CONNECTTIMEOUT_MS, configuration.connectTimeout.milliseconds)
        try set(CURLOPT_TIMEOUT_MS, configuration.commandTimeout.milliseconds)
        // libcurl cuts lines that are longer than its buffer.
        try set(CURLOPT_BUFFERSIZE, 262_144)
        try set(CURLOPT_NOPROGRESS, 0)
        let context = Unmanaged.passUnretained(brake).toOpaque()
        try check(comm_curl_set_progress(handle, { context, _, _, _, _ in CurlHandle.brake(context) }, context))
    }

    /// Runs one command; without one, fetches what the address names.
    ///
    /// - Returns: what the server answered, or the octets of the mail; nil when there is no such message.
    func run(_ command: String?, at address: String, limit: Int) throws(IMAPError) -> [UInt8]? {
        guard !brake.state else { throw IMAPError(.cancelled, "cancelled") }
        try set(CURLOPT_URL, address)
        try check(comm_curl_set_text(handle, CURLOPT_CUSTOMREQUEST, command))
        detail[0] = 0
        let sink = Sink(limit: limit)
        try check(comm_curl_set_writer(handle, { CurlHandle.write($0, $1, $2, $3) }, Unmanaged.passUnretained(sink).toOpaque()))
        let code = withExtendedLifetime((sink, brake)) { curl_easy_perform(handle) }
        if code == CURLE_REMOTE_FILE_NOT_FOUND, command == nil { return nil }
        guard code == CURLE_OK else { throw error(code, isFull: sink.isFull) }
        return sink.bytes
    }

    // MARK: By hand

    /// Sends all of it, over a connection that only was made.
    func send(_ text: String) throws(IMAPError) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            var sent = 0
            let code = rest.withUnsafeBytes { curl_easy_send(handle, $0.baseAddress, $0.count, &sent) }
            guard code == CURLE_OK || code == CURLE_AGAIN else { throw error(code, isFull: false) }
            rest = rest.dropFirst(sent)
            if code == CURLE_AGAIN { _ = try wait(for: POLLOUT, upTo: .seconds(30)) }
        }
    }

    /// What has arrived, or arrives before the time is over; empty when nothing does.
    func receive(upTo duration: Duration) throws(IMAPError) -> [UInt8] {
        let end = ContinuousClock.now + duration
        while true {
            var received = 0
            var code = CURLE_OK
            let bytes = [UInt8](unsafeUninitializedCapacity: 16_384) { buffer, count in
                code = curl_easy_recv(handle, buffer.baseAddress, buffer.count, &received)
                count = code == CURLE_OK ? received : 0
            }
            switch code {
            case CURLE_OK where !bytes.isEmpty: return bytes
            case CURLE_OK: throw IMAPError(.unreachable, "the server has closed the connection")
            case CURLE_AGAIN: guard try wait(for: POLLIN, upTo: ContinuousClock.now.duration(to: end)) else { return [] }
            default: throw error(code, isFull: false)
            }
        }
    }

    /// Waits for the connection, looking at the brake now and then.
    ///
    /// - Returns: false when the time is over.
    private func wait(for event: Int32, upTo duration: Duration) throws(IMAPError) -> Bool {
        var socket = curl_socket_t()
        try check(comm_curl_socket(handle, &socket))
        let end = ContinuousClock.now + duration
        while true {
            guard !brake.state else { throw IMAPError(.cancelled, "cancelled") }
            let left = min(Self.glance, max(.zero, ContinuousClock.now.duration(to: end)))
            var look = pollfd(fd: socket, events: Int16(event), revents: 0)
            if poll(&look, 1, Int32(left.milliseconds)) > 0 { return true }
            if left == .zero { return false }
        }
    }

    /// How soon a pulled brake is seen.
    private static let glance: Duration = .milliseconds(200)

    private func error(_ code: CURLcode, isFull: Bool) -> IMAPError {
        let text = String(cString: curl_easy_strerror(code))
        switch code {
        case CURLE_ABORTED_BY_CALLBACK: return IMAPError(.cancelled, "cancelled")
        case CURLE_WRITE_ERROR where isFull: return IMAPError(.tooLong, "the answer is longer than allowed")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_USE_SSL_FAILED, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER,
            CURLE_SSL_ISSUER_ERROR:
            return IMAPError(.insecure, text)
        // The same code stands for a folder that cannot be opened.
        case CURLE_LOGIN_DENIED where String(cString: detail) == "Select failed": return IMAPError(.refused, "the folder cannot be opened")
        case CURLE_LOGIN_DENIED, CURLE_AUTH_ERROR: return IMAPError(.loginRefused, text)
        case CURLE_QUOTE_ERROR: return IMAPError(.refused, "the server refuses the command")
        case CURLE_REMOTE_FILE_NOT_FOUND: return IMAPError(.renumbered, "the folder's numbers have changed")
        case CURLE_REMOTE_ACCESS_DENIED: return IMAPError(.refused, "the folder cannot be opened")
        case CURLE_WEIRD_SERVER_REPLY, CURLE_WRITE_ERROR: return IMAPError(.unreadable, text)
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT: return IMAPError(.invalidSetting, text)
        default: return IMAPError(.unreachable, text)
        }
    }

    private func set(_ option: CURLoption, _ value: String) throws(IMAPError) {
        try check(comm_curl_set_text(handle, option, value))
    }

    private func set(_ option: CURLoption, _ value: Int) throws(IMAPError) {
        try check(comm_curl_set_number(handle, option, value))
    }

    private func check(_ code: CURLcode) throws(IMAPError) {
        guard code == CURLE_OK else { throw IMAPError(.invalidSetting, String(cString: curl_easy_strerror(code))) }
    }

    private static func brake(_ context: UnsafeMutableRawPointer?) -> Int32 {
        guard let context else { return 1 }
        return Unmanaged<Brake>.fromOpaque(context).takeUnretainedValue().state ? 1 : 0
    }

    private static func write(
        _ bytes: UnsafeMutablePointer<CChar>?,
        _ size: Int,
        _ count: Int,
        _ context: UnsafeMutableRawPointer?
    ) -> Int {
        guard let bytes, let context else { return 0 }
        let sink = Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
        let length = size * count
        guard sink.bytes.count + length <= sink.limit else {
            sink.isFull = true
            return 0
        }
        sink.bytes.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: length))
        return length
    }
}

extension Duration {
    fileprivate var milliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}
