import Foundation
import Testing

/// The nginx configuration, checked by nginx itself.
@Suite("nginx configuration")
struct OperationsProxyTests {
    @Test("nginx accepts the configuration without a warning")
    func accepted() async throws {
        try await OperationsFolder.temporary { folder in
            let proxy = try await OperationsProxy.prepare(in: folder, apiPort: 15_580, httpsPort: 15_581, httpPort: 15_582)
            let check = try await proxy.check()
            #expect(check.status == 0, "\(check.output)")
            #expect(!check.output.contains("[warn]"), "\(check.output)")
        }
    }

    @Test("only the import of contacts may be large, and it is not kept on disk")
    func sizes() throws {
        let configuration = try String(
            contentsOf: OperationsFolder.project.appending(path: "nginx/communications-block.conf"),
            encoding: .utf8
        )
        let importLocation = try #require(configuration.firstMatch(of: #/location ~ [^\n]*contacts/import\$ \{(?<body>[^}]*)\}/#))
        #expect(importLocation.body.contains("proxy_request_buffering off;"))
        #expect(configuration.matches(of: #/client_max_body_size ([0-9]+[kmg]);/#).filter { $0.1.hasSuffix("g") }.count == 1)
    }
}
