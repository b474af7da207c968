import Testing

@testable import CommCore

/// What the language says, seen in mails.
@Suite struct MergeLanguageTests {
    private static let values = [
        "name": "Ann", "attributes.city": "Riga", "attributes.vip": "true", "attributes.no": "false", "attributes.zero": "0",
        "attributes.age": "30", "attributes.code": "01234", "attributes.since": "2024-03-05T18:07:09+02:00",
        "attributes.tags": #"["red","blue"]"#, "attributes.none": "[]",
        "attributes.orders": #"[{"title":"Book <1>","price":12.5,"items":["a","b"]},{"title":"Pen","price":3,"items":[]}]"#,
    ]

    private func text(_ source: String, _ values: [String: String] = Self.values) throws -> String {
        try CompileFixture.rendered(CompileFixture.compile(nil, text: source), values).text
    }

    @Test(arguments: [
        ("{{#if vip}}yes{{/if}}", "yes"), ("{{#if no}}yes{{else}}no{{/if}}", "no"), ("{{#if zero}}1{{/if}}", ""),
        ("{{#if none}}1{{else}}2{{/if}}", "2"), ("{{#if missing}}1{{else}}2{{/if}}", "2"), ("{{#unless missing}}1{{/unless}}", "1"),
        ("{{#unless vip}}1{{else}}2{{/unless}}", "2"), ("{{#if city == \"Riga\"}}1{{/if}}", "1"), ("{{#if city=='Riga'}}1{{/if}}", "1"),
        ("{{#if city != \"Riga\"}}1{{/if}}", ""), ("{{#if age > 9}}1{{/if}}", "1"), ("{{#if age <= 30.0}}1{{/if}}", "1"),
        ("{{#if age < 30}}1{{/if}}", ""), ("{{#if code == 1234}}1{{/if}}", "1"), ("{{#if code == \"1234\"}}1{{/if}}", ""),
        ("{{#if city > 5}}1{{/if}}", ""), ("{{#if city != 5}}1{{/if}}", "1"), ("{{#if missing < \"a\"}}1{{/if}}", ""),
        ("{{#if since >= \"2024-01-01\"}}1{{/if}}", "1"), ("{{#if vip and not no}}1{{/if}}", "1"),
        ("{{#if no or zero}}1{{else if age == 30}}2{{else}}3{{/if}}", "2"), ("{{#if (no or vip) and city contains \"ig\"}}1{{/if}}", "1"),
        ("{{#if tags contains \"red\"}}1{{/if}}", "1"), ("{{#if tags contains \"re\"}}1{{/if}}", ""), ("{{#if vip == true}}1{{/if}}", "1"),
        ("{{#if orders}}1{{/if}}", "1"), ("{{#if name == city}}1{{else}}2{{/if}}", "2"),
    ])
    func `conditions choose a branch`(source: String, expected: String) throws {
        #expect(try text(source) == expected)
    }

    @Test(arguments: [
        ("{{#each tags}}{{this}},{{/each}}", "red,blue,"), ("{{#each tags}}{{@index}}{{@number}} {{/each}}", "01 12 "),
        ("{{#each tags}}{{#if @first}}[{{/if}}{{this}}{{#if @last}}]{{else}}, {{/if}}{{/each}}", "[red, blue]"),
        ("{{#each orders}}{{this.title}}:{{#each this.items}}{{this}}{{else}}-{{/each}};{{/each}}", "Book <1>:ab;Pen:-;"),
        ("{{#each orders}}{{#if this.price > 10}}{{this.title|upper}}{{/if}}{{/each}}", "BOOK <1>"),
        ("{{#each orders}}{{name}}{{this.missing|x}} {{/each}}", "Annx Annx "),
        ("{{#each none}}1{{else}}nothing{{/each}}", "nothing"), ("{{#each missing}}1{{else}}nothing{{/each}}", "nothing"),
        ("{{#each city}}1{{else}}nothing{{/each}}", "nothing"), ("{{tags}}", #"["red","blue"]"#),
        ("{{#each orders}}{{this.items}}{{/each}}", #"["a","b"][]"#), ("{{#each orders}}{{this.items.1}}{{/each}}", "b"),
    ])
    func `loops repeat for each element`(source: String, expected: String) throws {
        #expect(try text(source) == expected)
    }

    @Test(arguments: [
        ("{{name|upper}}", "ANN"), ("{{name|lower}}", "ann"), ("{{x|default:\"you | me\"}}", "you | me"), ("{{x|upper|there}}", "there"),
        ("{{x|there|upper}}", "THERE"), ("{{x|a|b}}", "a|b"), ("{{x|at: noon}}", "at: noon"), ("{{x|title role}}", "title role"),
        ("{{t|title}}", "Ann-Marie De Wit"), ("{{t|capitalize}}", "Ann-marie de wit"), ("{{t|truncate:8}}", "ann-mar…"),
        ("{{t|truncate:5}}", "ann-…"), ("{{t|truncate:100}}", "ann-marie de wit"), ("{{s|trim}}.", "x."),
        ("{{n|plural:\"one item\",\"{} items\"}}", "2 items"), ("{{one|plural:\"one item\",\"{} items\"}}", "one item"),
        ("{{t|number:2}}", "ann-marie de wit"), ("{{t|date}}", "ann-marie de wit"), ("{{x|number:2}}", ""),
        ("{{q|default:\"a\\\"b\"}}", "a\"b"),
    ])
    func `filters change values`(source: String, expected: String) throws {
        let values = ["name": "Ann", "attributes.t": "ann-marie de wit", "attributes.s": " x ", "attributes.n": "2", "attributes.one": "1"]
        #expect(try text(source, values) == expected)
    }

    @Test(arguments: [
        ("en", "5 March 2024", "1,234.50", "Mar 5, 2024"), ("de", "5 März 2024", "1.234,50", "5. März 2024"),
        ("fr", "5 mars 2024", "1\u{202F}234,50", "5 mars 2024"), ("es", "5 marzo 2024", "1234,50", "5 mar 2024"),
        ("it", "5 marzo 2024", "1234,50", "5 mar 2024"), ("pt", "5 março 2024", "1.234,50", "5 de mar. de 2024"),
        ("pl", "5 marca 2024", "1234,50", "5 mar 2024"), ("lt", "5 kovo 2024", "1\u{A0}234,50", "2024-03-05"),
        ("ru", "5 марта 2024", "1\u{A0}234,50", "5 марта 2024 г."), ("", "5 March 2024", "1,234.50", "Mar 5, 2024"),
        ("xx-nonsense", "5 March 2024", "1,234.50", "Mar 5, 2024"),
    ])
    func `dates and numbers follow the recipient's language`(language: String, date: String, number: String, medium: String) throws {
        let source = "{{since|date:\"d MMMM yyyy\"}};{{n|number:2}};{{since|date}}"
        let values = ["attributes.since": "2024-03-05T18:07:09+02:00", "attributes.n": "1234.5", "language": language]
        let shown = try text(source, values).split(separator: ";").map(String.init)
        func plain(_ text: String) -> String { text.replacing("\u{202F}", with: " ").replacing("\u{A0}", with: " ") }
        #expect(shown.map(plain) == [date, number, medium].map(plain))
    }

    @Test(arguments: [
        ("{{since|date:\"yyyy-MM-dd'T'HH:mm:ss\"}}", "2024-03-05T18:07:09"),
        ("{{since|date:\"EEEE, d. MMM yy h:mm a\"}}", "Tuesday, 5. Mar 24 6:07 PM"),
        ("{{since|date:\"long\"}}", "March 5, 2024"), ("{{since|date:\"full\"}}", "Tuesday, March 5, 2024"),
        ("{{since|date:\"short\"}}", "3/5/2024"),
        ("{{n|currency:\"EUR\"}}", "€1,234.50"), ("{{p|percent}}", "26%"), ("{{p|percent:1}}", "25.6%"), ("{{n|number}}", "1,234.5"),
        ("{{bad|date:\"d\"}}", "2024-02-30"), ("{{since|date:\"h 'o''clock,' d.M.\"}}", "6 o'clock, 5.3."),
    ])
    func `dates and amounts have their forms`(source: String, expected: String) throws {
        let values = [
            "attributes.since": "2024-03-05 18:07:09", "attributes.n": "1234.5", "attributes.p": "0.256", "attributes.bad": "2024-02-30",
        ]
        #expect(try text(source, values).replacing("\u{202F}", with: " ") == expected)
    }

    @Test(arguments: [
        ("pl", ["1 a", "2 b", "5 c", "12 c", "22 b"]), ("lt", ["1 a", "2 b", "10 c", "11 c", "21 a"]),
        ("ru", ["1 a", "3 b", "11 c", "21 a"]),
        ("fr", ["0 a", "1 a", "2 c"]), ("en", ["1 a", "0 c", "2 c"]),
    ])
    func `plural forms follow the language`(language: String, expected: [String]) throws {
        for form in expected {
            let values = ["attributes.n": String(form.prefix { $0 != " " }), "language": language]
            #expect(try text("{{n|plural:\"{} a\",\"{} b\",\"{} c\"}}", values) == form)
        }
    }

    @Test(arguments: [
        ("a{{! a note }}b", "ab"), ("a \n {{~ name ~}} \n b", "aAnnb"), ("{{#if vip~}}  x  {{~/if}}", "x"), ("\\{{name}}", "{{name}}"),
        ("\\{{#if}}", "{{#if}}"),
    ])
    func `comments, trimming and braces that are meant`(source: String, expected: String) throws {
        #expect(try text(source) == expected)
    }

    @Test(arguments: [
        ("{{#if}}x{{/if}}", "invalid_merge_tag"), ("{{#if a b}}x{{/if}}", "invalid_merge_tag"),
        ("{{#if a ==}}x{{/if}}", "invalid_merge_tag"),
        ("{{#if (a}}x{{/if}}", "invalid_merge_tag"), ("{{#if a & b}}x{{/if}}", "invalid_merge_tag"),
        ("{{#if \"a}}x{{/if}}", "invalid_merge_tag"),
        ("{{#each}}x{{/each}}", "invalid_merge_tag"), ("{{#each a b}}x{{/each}}", "invalid_merge_tag"), ("{{/if x}}", "invalid_merge_tag"),
        ("{{else x}}", "invalid_merge_tag"), ("{{a|truncate}}", "invalid_merge_tag"), ("{{a|truncate:x}}", "invalid_merge_tag"),
        ("{{a|currency:\"euro\"}}", "invalid_merge_tag"), ("{{a|date:\"Q\"}}", "invalid_merge_tag"),
        ("{{a|shout:\"x\"}}", "unknown_filter"),
        ("{{a|plural:\"x\"}}", "invalid_merge_tag"), ("{{unsubscribe_url|upper}}", "invalid_merge_tag"),
        ("{{#if unsubscribe_url}}x{{/if}}", "invalid_merge_tag"), ("{{#if a}}x", "unbalanced_block"), ("x{{/if}}", "unbalanced_block"),
        ("{{else}}", "unbalanced_block"), ("{{#if a}}x{{/each}}", "unbalanced_block"),
        ("{{#if a}}{{else}}{{else}}{{/if}}", "unbalanced_block"),
        ("{{this.a}}", "loop_value_outside_loop"), ("{{@index}}", "loop_value_outside_loop"),
        ("{{#each a}}{{else}}{{this}}{{/each}}", "loop_value_outside_loop"), ("{{#each this.a}}{{/each}}", "loop_value_outside_loop"),
        (String(repeating: "{{#if a}}", count: 9) + String(repeating: "{{/if}}", count: 9), "blocks_too_deep"),
        (String(repeating: "{{#each a}}", count: 4) + String(repeating: "{{/each}}", count: 4), "blocks_too_deep"),
        ("{{#if " + String(repeating: "(", count: 20) + "a" + String(repeating: ")", count: 20) + "}}{{/if}}", "invalid_merge_tag"),
    ])
    func `what is wrong refuses the template with its place`(source: String, code: String) throws {
        for (html, text, subject) in [(nil, "\n é" + source, "S"), ("<p>\n é" + source + "</p>", nil, "S"), ("x", nil, " é" + source)] {
            let error = #expect(throws: CompileError.self) { try CompileFixture.compile(html, text: text, subject: subject) }
            let issue = try #require(error?.issues.first)
            #expect(issue.code == code)
            #expect(issue.line != nil && issue.column != nil)
        }
    }

    @Test func `an error tells line and column`() {
        let error = #expect(throws: CompileError.self) { try CompileFixture.compile("<p>\n{{#if a}}x{{/if}}é {{/each}}") }
        #expect(error?.issues.first?.line == 2)
        #expect(error?.issues.first?.column == 20)
        #expect(error?.issues.first?.message == "{{/each}} closes nothing")
    }

    @Test func `a show form reads as it was written`() throws {
        let source =
            "{{#if a == \"b\" and (c or not d)}}x{{else if e > 5}}y{{else}}z{{/if}}{{#each o}}{{this.t|upper|truncate:5}}{{else}}n{{/each}}"
        #expect(try CompileFixture.compile(nil, text: source).text == source)
    }
}
