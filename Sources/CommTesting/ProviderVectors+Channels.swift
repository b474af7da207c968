extension ProviderVectors {
    /// The private key of ``rsaModulus``, PKCS #8 (DER, base64); made for tests.
    package static let rsaPrivateKey: String = [
        "MIIEugIBADANBgkqhkiG9w0BAQEFAASCBKQwggSgAgEAAoIBAQCpE2EkeLwXivf5fdkHsE0eaKNJs2Kkn3U+RmotZ3K88spet0fqua/ipnN8+9",
        "BpYkhgPh6CwEH6bSVDuEz68Xk6rApgpdq0i04bifex7v/sPPbFUYguuvYjJ1cPIfWU5YQgTx+JQ7dUj7l1SuWY6AtjFjvPj/QmiULGFpUjN/0z",
        "GVgjYr2aurrSTaqFVdMmCrGvWt1Wj3TvP9iP6LdBPhwnvfCyMABN3DjkBgW6bRtadrRSs/+VKLQgVRb8mEQVOIHPDoaUq7ptbhR8KYe9H292hX",
        "4xXS5pLjMxDJPLTRP9iKGNyveLL1kGpOiT7lUNFmajGK7cqmj1zKEgZpOn33uRAgMBAAECgf4JNlpwjpmxCpkwH7hrXX6Ukpu1gpP3n2NHSZV4",
        "49tPdtd1tCruxpHIPdnyzgdR+EqWzHzqOd5KwEU6ZNBdX0EHOZOY0VZhhorveHq+WAXBKDvg4Fvgi9ksOI9/PQUd9vp3Fvll1pl79Ok5r15P7/",
        "jjYB4+ECpRHSl/rrTAV1My1/CVQ6K7saz6sqfUAOztmTExtrTX1bhhdfv3js3ideFmkpx8wfYWYoJD3q5LOkC3Eo8WPb2fPMd0LCxUZ/cCF+zz",
        "9unxl8n1D7kt/sHwb5yNxWlZjKPo7UThFKX8SnHfW7U7IPaAIlrr4adRfJYYWAiqGOPJkH+P6bYS43ERmQKBgQDcWPDP2w0It0LWRdhyfPSxqT",
        "PjgmIvZw3vtq4y8AaWJjrAceqmbBP+ZyhSfrxIsdvzkDYm6Os1lphTpXkvI7+ISIR0ZYW2CqT7Q6p2ISSRlpik7J3tmpqKpiKOpCjksyUW/7eq",
        "4BUEImO6TG3HYH8jr4tDj3AUJuI2lIVQ10FveQKBgQDEbrOPrdzHoVzTEJFtrZadtnfb2FxYKgwnHO1Nm+NdQptwj54PE+ayUxeiHG5R1AvXPx",
        "nzp3cSyxhQtebaC7IwrFIpg/co4Fsx+PTtKsfRW0E//Xb293Z9/AZ0aLpnlnlb+gOBlvfNwNpkfs96/0io6o8DESBiA5qTQsGu5RJu2QKBgQDF",
        "ugX17zIGBTUzxB9TtS96kUQfvutOcCKAXiR5TwwKBqon8NFIn6ldW8JCLLnWXcvrBxig19fhEY8FWHKjS2fe6nv5WvSeg3TCiFjZgionfsThEf",
        "cxtM9C5YwTBdowR1VcCwIMkuIpAJcPIPBNvhi4tBi6+mbvnmjV43ayMUbluQKBgAS6zaQGAazk28FRQs8rQNcnT5eBjCerS4OdlLErsbvLIMcD",
        "DkE6r3FXwtfqa1WZD3ftUwik3Z8cOMeouZhCc9XsMEZDoS3gyRFY9zzGrO0Dj3yk87palwXNjbI721EnNGDckj0Kj4jqvddxnjlN8Efw7eSbAv",
        "aZM52cG+HELj9xAoGAW/KRoyPfKhRjydncqHcGEtDpGzwlx3nvnCqsnMZ7tf8V1uJqZFggRHJ0F7K5aLegwECg0UlxYBI93IdxgU5wKpiLdLX+",
        "eG+YeDZeiRDdopVaKOrOp15GuH/wz0644QldJV4cSFDS9JnDQHHAaIHBwgIm5ZRjF4qGlOTGAeuGUzY=",
    ].joined()

    /// What the service account of the next signs on 2026-01-01 00:00:00.
    package static let fcmAssertion: String = [
        "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6InRlc3Qta2V5LTEifQ.eyJpc3MiOiJwdXNoQGRlbW8tcHJvamVjdC5pYW0uZ3NlcnZ",
        "pY2VhY2NvdW50LmNvbSIsInNjb3BlIjoiaHR0cHM6Ly93d3cuZ29vZ2xlYXBpcy5jb20vYXV0aC9maXJlYmFzZS5tZXNzYWdpbmciLCJhdWQiO",
        "iJodHRwczovL29hdXRoMi5nb29nbGVhcGlzLmNvbS90b2tlbiIsImlhdCI6MTc2NzIyNTYwMCwiZXhwIjoxNzY3MjI5MjAwfQ.SO9BERsumPvS",
        "IiV3h8Ep6KamER7wlEl7X07doAhC833LOhIfSdLN1IHlVhQ9DgcPWi_mYUD-v-B9VVTiwz-QneszoJgpxHcDf62-zOagPqL4VQPOEkA-",
        "0O2MyrpQWj614qM5Pb5q4MdpGKbeH8Qm8pkrfXaez3nGcM_hVp1-",
        "_rhOwbsjA7GKgnJAWY9n9lLeCZ_CySC1pQITwByspwrSYuNCCHByfLXaCmvy8f7sH20M4g5EOvkjGDKgvDOrfofS3RJUz8y7KfFa0UlJzbjEj2",
        "E1ZzPJZLEexzgtdoqLd1xV5YD308L_rRj09U98Ns4QrbeWUt_maJuw4Ya_dQAhSQ",
    ].joined()

    /// The JSON file of a service account.
    package static func serviceAccount(
        type: String = "service_account",
        tokenURI: String = "https://oauth2.googleapis.com/token",
        key: String = rsaPrivateKey
    ) -> String {
        """
        {"type":"\(type)","project_id":"demo-project","private_key_id":"test-key-1",
         "private_key":"-----BEGIN PRIVATE KEY-----\\n\(key)\\n-----END PRIVATE KEY-----\\n",
         "client_email":"push@demo-project.iam.gserviceaccount.com","token_uri":"\(tokenURI)"}
        """
    }

    package static let webhookSecret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
}
