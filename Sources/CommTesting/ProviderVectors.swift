/// Test vectors of the providers' contracts, computed by other implementations.
package enum ProviderVectors {
    package static let rsaModulus: String = [
        "qRNhJHi8F4r3-X3ZB7BNHmijSbNipJ91PkZqLWdyvPLKXrdH6rmv4qZzfPvQaWJIYD4egsBB-m0lQ7hM-vF5OqwKYKXatItOG4n3se7_7Dz2xV",
        "GILrr2IydXDyH1lOWEIE8fiUO3VI-5dUrlmOgLYxY7z4_0JolCxhaVIzf9MxlYI2K9mrq60k2qhVXTJgqxr1rdVo907z_Yj-i3QT4cJ73wsjAA",
        "Tdw45AYFum0bWna0UrP_lSi0IFUW_JhEFTiBzw6GlKu6bW4UfCmHvR9vdoV-MV0uaS4zMQyTy00T_Yihjcr3iy9ZBqTok-5VDRZmoxiu3Kpo9c",
        "yhIGaTp997kQ",
    ].joined()
    package static let postalKeyID = "344336a847c5d03cf12230aabd6491f66231e8018163ce1018031dc064e48586"
    /// The JSON escapes are part of what is signed.
    package static let postalBody: String = [
        #"{"event":"MessageSent","timestamp":1767225600.25,"payload":{"message":{"id":7,"token":"abcDEF0123456"#,
        #"789","direction":"outgoing","message_id":"m-7@rp.example.test","to":"ada@example.net","from":"news@e"#,
        #"xample.org","subject":"Hi \u003cthere\u003e","timestamp":1767225599.5,"spam_status":"NotChecked","ta"#,
        #"g":"c42"},"status":"Sent","details":"Message for ada@example.net accepted","output":"250 2.0.0 OK",""#,
        #"sent_with_ssl":true,"timestamp":1767225600.125,"time":0.31},"uuid":"0b9f3c1e-7c55-4c0e-9a55-2f2a6f0c"#,
        #"9d11"}"#,
    ].joined()
    package static let postalSHA1: String = [
        "a0nUYNC4Tjcmjo5nNJiYujW8OPnEx65gc02s1Xe/QizFIgOyQlOjiVYmLj5qAj7XVTE+uObSo5VU1O1kNOtBjbwIiDHMoyacrytH/yVmCymeQp",
        "yQFgGNtP4wGhZt/C2DuL9cPptyV+Ht8hFpwHr1Z2tLJdM0L3O9SoaARXiBq+7ZeAXzR822mxPWmJZld8nihHJKw736Csko2nZ+sSBc7gXCuSWC",
        "/QyLdWSt9apmB/dBy6DgSLGv+4jZ6kIfrjVvMIJAXn3v3afetbTayruOvzqGwK+SipTqLVjpMCZWazPkKbgMO3tP5sA2we6VrHuAb8WDdHmPp4",
        "8q8hZmPita9w==",
    ].joined()
    package static let postalSHA256: String = [
        "kunE8viWe1733nCj2e7TeW2IoqkKCILdu1TggP1G/PdfPXqwqfkCeMau2zjjR6R0MNgIhfKYLY5GhkDJBTvAsXADDIuyAunv2AplvcuyukwRO9",
        "lbuRF4FYwEixmDeTOdy+OxwTCvy4RqJt6Z6gFjXLxwLNqf/vjjR9zTSxwNGM1XNb6IoA5NrfnbXWMsQhUK/gFGqwQxyRvuXyQ7VSXkDdUdlvcT",
        "5tGPrVT5w7MhvZ16WKFsagCHGSVE2WBUStYFz06jVfQ7cg3U5nHqvZQ1LUvmRMvD3kCFGoFC5e7qocaHYkaZqdJqy79cJalopwg+3SpVjq3ByC",
        "udhSrwKLdCEg==",
    ].joined()
    package static let snsCertificate: String = [
        "MIICtDCCAZygAwIBAgICEJIwDQYJKoZIhvcNAQELBQAwHDEaMBgGA1UEAwwRc25zLmFtYXpvbmF3cy5jb20wIBcNMjAwMTAxMDAwMDAwWhgPMj",
        "A1MDAxMDEwMDAwMDBaMBwxGjAYBgNVBAMMEXNucy5hbWF6b25hd3MuY29tMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqRNhJHi8",
        "F4r3+X3ZB7BNHmijSbNipJ91PkZqLWdyvPLKXrdH6rmv4qZzfPvQaWJIYD4egsBB+m0lQ7hM+vF5OqwKYKXatItOG4n3se7/7Dz2xVGILrr2Iy",
        "dXDyH1lOWEIE8fiUO3VI+5dUrlmOgLYxY7z4/0JolCxhaVIzf9MxlYI2K9mrq60k2qhVXTJgqxr1rdVo907z/Yj+i3QT4cJ73wsjAATdw45AYF",
        "um0bWna0UrP/lSi0IFUW/JhEFTiBzw6GlKu6bW4UfCmHvR9vdoV+MV0uaS4zMQyTy00T/Yihjcr3iy9ZBqTok+5VDRZmoxiu3Kpo9cyhIGaTp9",
        "97kQIDAQABMA0GCSqGSIb3DQEBCwUAA4IBAQA43V/MdFRChBYzoj3fpXeyIhigStNn/ZhVajjxp4bLgXD+eo5twEVtrlxoX5SYAocPhkXywCfU",
        "Qn8+IPFJn2C6BdWUX4kBaFcKeV83cuoXqLB2YFzrcnCX/eTSfBDCIMdwdHJPi8CsfMVobe4uhhH8kxHlJUjTqW2b8zujH7cEIxVWKdT1HgrdMI",
        "zNsF4eOI3eNXA1l35zaxCA1634T7U3qP/WfYoSegcPfWJGtg98KNpoqvdSXpY+eSQikBr9R6E4fVFpUMqO04yALJaEwijWdPSFzzyoPWvOjGm/",
        "ZVTEsQN+ztpvoUg47XK6JDJhd3BvsH/cNM2W6oftyTAWwSkB",
    ].joined()
    package static let snsNotification: [String: String] = [
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:ses-events",
        "Subject": "Amazon SES Email Event Notification",
        "Message": #"{"eventType":"Delivery","mail":{"messageId":"0100018f-aa"},"delivery":{"recipients":["ada@example.net"]}}"# + "\n",
        "Timestamp": "2026-01-01T00:00:00.000Z",
    ]
    package static let snsNotificationV1: String = [
        "e6Zhawu2Yq0rPVl1bL+B1mOcLwMAm3GHvgrSmgPGEwcae+5p0VPrRwivZPsGYhc7PfsIYsa5SQrcQ08lK6TMxQIeh5rBFKD+hNyc6PS+yvUgCm",
        "LObKGtEqTkizA5j7ryHfP2brSOWnZooVEoCg4sD17FbEnDJUj/tacoV9jNg3cTKhrWSvrYxFTu6kIj1QgoR8YZPPhsNnHh10QyXtW+p42Ims+L",
        "ZU1DL2eomQz7bpOR/J2I/40Pq/gGlJJBvE2CM9igSMCxpt+duP00hlFiw3wVpJzTJWrY5EEoQwevvOnuyh87XVpnoP2qgUtal4iD/5iFQ3J6An",
        "SfRgSGlBVnvw==",
    ].joined()
    package static let snsNotificationV2: String = [
        "OTouyl7Lbk5MG+RqRal7T2GDzZ9c1myBkVthnvUEABf7cTpnf4TNHTc/LEUk10wP1HVC+mMxFhedk2O33F4F1Lc0mWPAd8s1zaD4Z8U95sesmt",
        "9YMOqH4ih4xHg/uXIST7iwvX2nCrcyMXMZKH+jM1LRT52qaoqAh+fHqAA7FARr/tz2mpU9PkYtW/lzGsCdzZdNrhT9MbDXsb07K/kKXpvVQss6",
        "dUsY6zSnFWVoByT4CMsKVeMnhh0d9AhOLvrlvMCXqx76rcQoGrTOgXX8qc2lOIxRIRTqclXcYLe/47dgZYaWDvAOcGU2KZ2BtTHRhaKfm5N3Gg",
        "GhpvuNYAFbGQ==",
    ].joined()
    package static let snsNoSubjectV2: String = [
        "O8C7b14zNmv0NpaJCkRFs+ESlOtoARDAD2ozbJpnEaUVdkLwAk1M3UfAzcHKBCJEyh1jAxTFG/VZ1Qxpatwo13XUoQA8LkINxWmnYvX4QFNi40",
        "Q53eOSp8jXutYORx+m0QDui7ctM4F6tr/xoRuGGMQgGyC+uUa1EoQ4mUiUqEyBS/uqFUotkZpWEmtAD/FJKeoWA+PwgqDFexxwMzEX+5nT0CYH",
        "M+mEzFITP2YpdBJn9ysCvNGIMBjMrnVtCXFu47gBkx3Wf6tmK6Hl2Z4vn4dQIK3Sya14nr/dQcfG0H2okZ788uTcMf65Vb4eQGnx8+l3Oy4tFZ",
        "LFj2nw/DeZcw==",
    ].joined()
    package static let snsConfirmation: [String: String] = [
        "Type": "SubscriptionConfirmation",
        "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
        "Token": "2336412f37fb687f",
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:ses-events",
        "Message": "You have chosen to subscribe.",
        "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription"
            + "&TopicArn=arn:aws:sns:eu-west-1:123456789012:ses-events&Token=2336412f37fb687f",
        "Timestamp": "2026-01-01T00:00:01.000Z",
    ]
    package static let snsConfirmationV1: String = [
        "M7r/uBNboZep41BVuDDvziOg/BnB630ALVJBNnKJ18/7QWoY52jOeY+K0saQhE5+4Dd9azXWSX4Z6lpWdTvbAohDHtkYHx8mP/fgho5VyIuuwX",
        "kOHm54NwX2vZhya/UDuyTJnYI5xmx0DAnPB1evIQZjN4SvQQitUCUVkrA3eAlsrNxzvRx2T8JmzGG4cb/KbJDx4z0oPyf96dwV8jjbOy5XjGuL",
        "nTWmHDGoar67zKEhP6JHgQzKruAGlv5qvNzakHfhvzjbj4K3jFdlsgd4/9L3H3mGXGst3E/f9XQcQCzqB/KnOx8dN9pPHOxq7raV9Lnik0rRQ0",
        "oI+b2OssXZIg==",
    ].joined()
    package static let snsConfirmationV2: String = [
        "Lrsc/gzm0pQemO85B4tbmqfcxu85TbKyAgWN99h0YPfscsOJ5ryoWaN5m3Y928ifuNzUvtLliTM4sBWeSG2nhcHLCupP1CNzM2wIW62t4MR/Vw",
        "iKG8pYBVqfgcnHqOn5+cuJscwHUgcFEm21yY6uwnUvkvGB770zz2XxPveIje6nYGRVyAAskWT5xMMr6rM6rUHVmnvN7BPMMT0Pgpx6+1OqLPzr",
        "1R1KIw1OLwPpiJXDy2VKG2z3M7sfCglcXXb48soJSCi/zob9c/aIdv9pNZ9oFqX57asL++RmHYI8bl5P6Nxc+TSsIykAiXVpLv6nH7Bb5ba7vx",
        "bR96D288o5Wg==",
    ].joined()
    package static let sesAccessKey = "AKIDEXAMPLE"
    package static let sesSecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    package static let sesBody: String = [
        #"{"FromEmailAddress":"news@example.org","Destination":{"ToAddresses":["ada@example.net"]},"Content":{"#,
        #""Simple":{"Subject":{"Data":"Hi","Charset":"UTF-8"},"Body":{"Text":{"Data":"Hello","Charset":"UTF-8""#,
        #"}}}}}"#,
    ].joined()
    package static let sesCanonicalRequest = """
        POST
        /v2/email/outbound-emails

        content-type:application/json
        host:email.us-east-1.amazonaws.com
        x-amz-date:20260102T030405Z

        content-type;host;x-amz-date
        9279d7e0a0c83752416778f091c5e4e3fd60ba339d5123f6568fe593919af199
        """
    package static let sesStringToSign = """
        AWS4-HMAC-SHA256
        20260102T030405Z
        20260102/us-east-1/ses/aws4_request
        6ac8c7018264882ad91db7303fead932ed5f42f4f074d13044afcfda1ee46b38
        """
    package static let sesAuthorization: String = [
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/ses/aws4_request, SignedHeaders=content-type;host;x",
        "-amz-date, Signature=7222dbd1ef9e4863a3757c110653eebcbff69d807fcc902adfb140fba9e7fbf9",
    ].joined()
    package static let sesAuthorizationWithToken: String = [
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/ses/aws4_request, SignedHeaders=content-type;host;x",
        "-amz-date;x-amz-security-token, Signature=faf2bf14972de810f8290dc755da7ee389f054a5c978c997349489ea17bb5084",
    ].joined()
    package static let mailgunKey = "3ax6xnjp29jd6fds4gc373sgvjxteol0"
    package static let mailgunTimestamp = "1767225600"
    package static let mailgunToken = "50c9a1e0b0f34b6e8f1f5d8d2a7c6b1e9f0d3c4b5a69788796"
    package static let mailgunSignature = "cdc4359fc2e23575b5a782f1b7f335769012f03e43ad1f22adea007b2417e18a"
}
