import SMTP

/// A certificate for `localhost` and 127.0.0.1 that signs itself, valid until 2126. It protects nothing: it is for these tests only.
enum Certificate {
    static let pem = Array(
        """
        -----BEGIN CERTIFICATE-----
        MIIBmzCCAUGgAwIBAgIUP98Y/IS0v+wMURQPxePYDPZm5T0wCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTAxNDczNloYDzIxMjYxMDI4
        MDE0NzM2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAASpQhofDICVZ3acub48r2aTsX+VtRumwSRLsYSsjEwmGeDtzPHHJcs+
        t4J3BbQxdHyaT9V1eCZ1NeMBcluNACvoo28wbTAdBgNVHQ4EFgQUDi1b/fZDZoRT
        mBdxO0vJwmmvSUEwHwYDVR0jBBgwFoAUDi1b/fZDZoRTmBdxO0vJwmmvSUEwGgYD
        VR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZI
        zj0EAwIDSAAwRQIhAO6ksFlZwwHLHV7qnqAVafdC6AP89yYFvhKRWgD398a4AiBo
        LVtJuHRnMFavUKWeM+ewDYZ6tIWH0UxrhKlc8Mky0A==
        -----END CERTIFICATE-----
        """.utf8
    )

    static let privateKey = Array(
        """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgdYBFsAgxsDKqr2qQ
        WXNPyDDV+Pbeg4MgQWsu46W8nuahRANCAASpQhofDICVZ3acub48r2aTsX+VtRum
        wSRLsYSsjEwmGeDtzPHHJcs+t4J3BbQxdHyaT9V1eCZ1NeMBcluNACvo
        -----END PRIVATE KEY-----
        """.utf8
    )

    static let serverTLS = SMTPServerConfiguration.TLS(certificate: pem, privateKey: privateKey)
}
