/// Reads one folder of a mailbox, and says what becomes of its messages.
///
/// Reading leaves no trace: the folder is opened with `EXAMINE`, so that no message is marked as seen before it was understood. The
/// connection is kept between calls and made again when it has broken.
package actor IMAPClient {
    private nonisolated let executor = ConnectionExecutor()
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let configuration: IMAPConfiguration
    private nonisolated let brake = CurlHandle.Brake()
    private var connection: CurlHandle?
    private var capabilities: Set<String>?

    package init(_ configuration: IMAPConfiguration) {
        self.configuration = configuration
    }

    /// Opens the folder for reading, or looks at it again.
    package func examine() async throws -> IMAPFolderState {
        try await cancellable {
            let answer = try command("EXAMINE \(IMAPCommand.quoted(configuration.folder))")
            guard let state = IMAPFolderState(answer: answer) else {
                throw IMAPError(.unreadable, "the folder's messages have no lasting numbers")
            }
            return state
        }
    }

    /// The numbers of messages in a range, in order.
    ///
    /// The answer is one line: libcurl refuses those of many lines, and cuts lines that are longer than its buffer. So a range is to have
    /// some thousand numbers at most.
    package func messages(in range: ClosedRange<UInt32>, of state: IMAPFolderState) async throws -> [UInt32] {
        try await cancellable {
            let answer = try command("UID SEARCH UID \(range.lowerBound):\(range.upperBound)", in: state)
            return IMAPAnswer.found(answer).filter(range.contains)
        }
    }

    /// The first octets of a message.
    ///
    /// - Returns: nil when it is not there any more.
    package func fetch(_ uid: UInt32, of state: IMAPFolderState, limit: Int) async throws -> [UInt8]? {
        try await cancellable {
            let address = try IMAPCommand.address(configuration, uidValidity: state.uidValidity, uid: uid, limit: limit)
            return try handle().run(nil, at: address, limit: limit)
        }
    }

    /// Marks messages as seen.
    package func markSeen(_ uids: [UInt32], of state: IMAPFolderState) async throws {
        guard !uids.isEmpty else { return }
        try await cancellable {
            try openForWriting(state)
            _ = try command("UID STORE \(IMAPCommand.set(uids)) +FLAGS.SILENT (\\Seen)", in: state)
        }
    }

    /// Deletes messages; where the server cannot expunge single ones, they stay marked as deleted.
    package func delete(_ uids: [UInt32], of state: IMAPFolderState) async throws {
        guard !uids.isEmpty else { return }
        try await cancellable {
            try openForWriting(state)
            try remove(uids, of: state)
        }
    }

    /// Moves messages to another folder, which is made when it is missing.
    package func move(_ uids: [UInt32], to folder: String, of state: IMAPFolderState) async throws {
        guard !uids.isEmpty else { return }
        try await cancellable {
            let target = try IMAPCommand.quoted(folder)
            try openForWriting(state)
            let canMove = try knownCapabilities().contains("MOVE")
            let move = "UID \(canMove ? "MOVE" : "COPY") \(IMAPCommand.set(uids)) \(target)"
            do {
                _ = try command(move, in: state)
            } catch let error as IMAPError where error.code == .refused {
                _ = try command("CREATE \(target)", in: state)
                _ = try command(move, in: state)
            }
            if !canMove { try remove(uids, of: state) }
        }
    }

    /// Ends the connection.
    package func close() {
        connection = nil
        capabilities = nil
    }

    private func remove(_ uids: [UInt32], of state: IMAPFolderState) throws(IMAPError) {
        let set = IMAPCommand.set(uids)
        _ = try command("UID STORE \(set) +FLAGS.SILENT (\\Deleted)", in: state)
        // A plain EXPUNGE would take what others have marked, too.
        if try knownCapabilities().contains("UIDPLUS") { _ = try command("UID EXPUNGE \(set)", in: state) }
    }

    private func openForWriting(_ state: IMAPFolderState) throws(IMAPError) {
        let answer = try command("SELECT \(IMAPCommand.quoted(configuration.folder))", in: state)
        guard IMAPFolderState(answer: answer)?.uidValidity == state.uidValidity else {
            throw IMAPError(.renumbered, "the folder's numbers have changed")
        }
    }

    private func knownCapabilities() throws(IMAPError) -> Set<String> {
        if let capabilities { return capabilities }
        let words = IMAPAnswer.capabilities(try command("CAPABILITY"))
        capabilities = words
        return words
    }

    private func command(_ text: String, in state: IMAPFolderState? = nil) throws(IMAPError) -> [UInt8] {
        let address = try IMAPCommand.address(configuration, uidValidity: state?.uidValidity)
        return try handle().run(text, at: address, limit: configuration.longestAnswer) ?? []
    }

    private func handle() throws(IMAPError) -> CurlHandle {
        if let connection { return connection }
        let handle = try CurlHandle(configuration, brake: brake)
        connection = handle
        return handle
    }

    /// Ends the running command when the caller is cancelled; after any failure the connection is made anew.
    private func cancellable<R: Sendable>(_ body: () throws -> R) async throws -> R {
        brake.release()
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            do {
                return try body()
            } catch {
                // What a server refuses leaves the connection as it is.
                if (error as? IMAPError)?.code != .refused { connection = nil }
                throw error
            }
        } onCancel: {
            brake.pull()
        }
    }
}
