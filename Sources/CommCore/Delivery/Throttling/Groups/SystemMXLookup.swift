import CResolv
import Dispatch
import Glibc

/// Asks for mail exchangers by the system's resolver.
package struct SystemMXLookup: MXLookup {
    /// No answer in time, or one that says that there is none now.
    struct Failure: Error {
        let code: Int32
    }

    private static let queue = DispatchQueue(label: "comm.mx", attributes: .concurrent)
    private static let typeMX: Int32 = 15
    private static let answerLength = 8_192
    private static let (secondsPerTry, tries): (Int32, Int32) = (3, 2)

    /// Port of a name server on this host, for tests.
    private let localPort: UInt16?

    package init(localPort: UInt16? = nil) {
        self.localPort = localPort
    }

    package func exchangers(of domain: String) async throws -> [String] {
        // The resolver blocks, so it stays off the cooperative pool.
        try await withCheckedThrowingContinuation { continuation in
            Self.queue.async { continuation.resume(with: Result { try lookUp(domain) }) }
        }
    }

    private func lookUp(_ domain: String) throws -> [String] {
        let state = UnsafeMutablePointer<__res_state>.allocate(capacity: 1)
        defer { state.deallocate() }
        memset(state, 0, MemoryLayout<__res_state>.size)
        guard resolver_open(state) == 0 else { throw Failure(code: -1) }
        defer { resolver_close(state) }
        (state.pointee.retrans, state.pointee.retry) = (Self.secondsPerTry, Self.tries)
        if let localPort {
            state.pointee.nscount = 1
            state.pointee.nsaddr_list.0 = sockaddr_in(
                sin_family: sa_family_t(AF_INET),
                sin_port: localPort.bigEndian,
                sin_addr: in_addr(s_addr: INADDR_LOOPBACK.bigEndian),
                sin_zero: (0, 0, 0, 0, 0, 0, 0, 0)
            )
        }
        var answer = [UInt8](repeating: 0, count: Self.answerLength)
        let length = resolver_query(state, domain, Self.typeMX, &answer, Int32(answer.count))
        guard length >= 0 else {
            // Neither name nor mail exchanger is an answer, too.
            if [HOST_NOT_FOUND, NO_DATA].contains(state.pointee.res_h_errno) { return [] }
            throw Failure(code: state.pointee.res_h_errno)
        }
        guard let found = MXAnswer.exchangers(in: Array(answer.prefix(Int(length)))) else { throw Failure(code: -2) }
        return found
    }
}
