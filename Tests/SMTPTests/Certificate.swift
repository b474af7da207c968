import CommTesting
import SMTP

/// The certificate of `localhost`, as a server and a client are given it.
enum Certificate {
    static let pem = Array(LocalhostCertificate.pem.utf8)
    static let serverTLS = SMTPServerConfiguration.TLS(certificate: pem, privateKey: Array(LocalhostCertificate.privateKey.utf8))
}
