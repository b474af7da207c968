import Foundation

/// A certificate authority of one's own, for one test, made by `openssl`.
package struct TestAuthority: Sendable {
    /// A certificate that it signed, and its key.
    package struct Certificate: Sendable {
        package let pem: String
        package let privateKey: String
    }

    private static let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    /// Its own certificate.
    package let pem: String
    private let privateKey: String

    package init() async throws {
        let made = try await Self.inFolder { folder in
            let extensions = ["-addext", "basicConstraints=critical,CA:TRUE"]
            let names = ["-days", "2", "-subj", "/CN=Test Authority", "-keyout", "made.key", "-out", "made.crt"]
            try await Self.openssl(["req", "-x509"] + Self.key + extensions + names, in: folder)
        }
        (pem, privateKey) = (made.pem, made.privateKey)
    }

    /// Signs a certificate.
    ///
    /// - Parameters:
    ///   - names: what it is for, such as `DNS:hooks.example.com` and `IP:127.0.0.1`.
    ///   - isOver: whether its time is over.
    package func certificate(for names: [String], isOver: Bool = false) async throws -> Certificate {
        try await Self.inFolder { folder in
            for (name, text) in [
                ("authority.crt", pem), ("authority.key", privateKey), ("index.txt", ""), ("authority.cnf", Self.settings(names)),
            ] { try Data(text.utf8).write(to: folder.appending(path: name)) }
            try await Self.openssl(
                ["req", "-new"] + Self.key + ["-subj", "/CN=Test", "-keyout", "made.key", "-out", "made.csr"],
                in: folder
            )
            let time = ["-startdate", "20200101000000Z", "-enddate", isOver ? "20200102000000Z" : "21260101000000Z"]
            let files = [
                "-config", "authority.cnf", "-cert", "authority.crt", "-keyfile", "authority.key", "-in", "made.csr", "-out", "made.crt",
            ]
            try await Self.openssl(["ca", "-batch", "-notext", "-extensions", "made"] + time + files, in: folder)
        }
    }

    private static func settings(_ names: [String]) -> String {
        """
        [ca]
        default_ca = authority
        [authority]
        new_certs_dir = .
        database = index.txt
        default_md = sha256
        policy = any
        rand_serial = yes
        [any]
        commonName = supplied
        [made]
        basicConstraints = critical,CA:FALSE
        subjectAltName = \(names.joined(separator: ","))

        """
    }

    private static func inFolder(_ make: (URL) async throws -> Void) async throws -> Certificate {
        let folder = FileManager.default.temporaryDirectory.appending(path: "authority-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await make(folder)
        return Certificate(
            pem: try String(contentsOf: folder.appending(path: "made.crt"), encoding: .utf8),
            privateKey: try String(contentsOf: folder.appending(path: "made.key"), encoding: .utf8)
        )
    }

    private static func openssl(_ arguments: [String], in folder: URL) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = folder
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let status = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        guard status == 0 else { throw TestFailure("openssl \(arguments[0]) failed") }
    }
}
