/// A certificate for `localhost` that signs itself, valid until 2126, and its key.
///
/// It protects nothing: it is for tests only.
package enum LocalhostCertificate {
    package static let pem = """
        -----BEGIN CERTIFICATE-----
        MIIBlTCCATugAwIBAgIUdnnCqd7uZN62bOCg91Kv6dzpU5QwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTAxNTQxNVoYDzIxMjYxMDI4
        MDE1NDE1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAARfeRkrkKrYy5mNhbr6IRFpgWYIVcaV9dYLWIJiYV0l0Kkkg7XRw0W4
        qe4/beBDPngBCrQZ3+qO8QbNiA0sZfW9o2kwZzAdBgNVHQ4EFgQU6O6Wl5lQqIkz
        b0MMhabuBB43AOEwHwYDVR0jBBgwFoAU6O6Wl5lQqIkzb0MMhabuBB43AOEwFAYD
        VR0RBA0wC4IJbG9jYWxob3N0MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwID
        SAAwRQIhALD4MNwDzSd3Twa3lUf7/1eVZhU2VYnZNRX0sVx1jxk+AiAR27rkrqlY
        zTh4hTNZhzFdQbAVhZyueeGuPNQp4shsLQ==
        -----END CERTIFICATE-----

        """

    package static let privateKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgi0AaH71Zvk/Ywz5V
        tOM1ThN6rXGA/9UetHjkioBrChahRANCAARfeRkrkKrYy5mNhbr6IRFpgWYIVcaV
        9dYLWIJiYV0l0Kkkg7XRw0W4qe4/beBDPngBCrQZ3+qO8QbNiA0sZfW9
        -----END PRIVATE KEY-----

        """
}
