/// The newsletter that the demo sends: a style block, a layout of tables, merge fields and ten links.
enum DemoNewsletter {
    static let name = "Harbour Notes"
    static let subject = "{{name|Dear reader}}, the harbour market is back"
    static let fromAddress = "notes@harbour.example"
    static let fromName = "Harbour Notes"

    /// The ten places that its links lead to, in document order.
    static let targets = [
        "https://harbour.example/",
        "https://harbour.example/market/opening-hours",
        "https://harbour.example/market/stalls?sort=name&page=1",
        "https://shop.harbour.example/basket?code=AUTUMN",
        "https://harbour.example/recipes/smoked-eel",
        "https://harbour.example/recipes/rye-bread#starter",
        "https://harbour.example/concerts/friday",
        "https://harbour.example/boats/timetable",
        "https://social.example/@harbournotes",
        "https://harbour.example/privacy",
    ]

    static let html = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Harbour Notes</title>
        <style>
        body { margin: 0; padding: 0; background-color: #eef3f6; color: #1c2b36; font-family: Georgia, serif; }
        table.sheet { width: 600px; background-color: #ffffff; border-collapse: collapse; }
        td.head { padding: 28px 32px; background-color: #123d5a; }
        td.head a { color: #ffffff; font-size: 26px; text-decoration: none; letter-spacing: 1px; }
        td.text { padding: 24px 32px; font-size: 16px; line-height: 1.5; }
        td.text h2 { margin: 0 0 8px 0; color: #123d5a; font-size: 20px; }
        td.text a, td.card a { color: #0b6aa2; }
        td.card { padding: 16px 32px; border-top: 1px solid #d5e0e7; font-size: 15px; }
        td.text a.button { display: inline-block; padding: 12px 24px; background-color: #d9572b; color: #ffffff; text-decoration: none; }
        td.foot { padding: 20px 32px; font-size: 12px; color: #5d7280; }
        td.foot a { color: #5d7280; }
        @media only screen and (max-width: 620px) {
          table.sheet { width: 100% !important; }
          td.text, td.card, td.foot { padding: 16px !important; }
        }
        </style>
        </head>
        <body>
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">
        <table role="presentation" class="sheet" cellpadding="0" cellspacing="0">
        <tr><td class="head"><a href="\(targets[0])">Harbour Notes</a></td></tr>
        <tr><td class="text">
        <h2>Good morning, {{name|dear reader}}</h2>
        <p>The market between the two bridges opens again on Saturday, in sun and in rain, and the coffee boat has come back from
        {{city|the islands}}. Here are the <a href="\(targets[1])">opening hours</a> and the
        <a href="\(targets[2])">list of stalls</a>; {{identity_name|your family}} will find the usual place by the crane.</p>
        <p><a class="button" href="\(targets[3])">Reserve your basket</a></p>
        </td></tr>
        <tr><td class="card"><h2>From the smokehouse</h2>
        <p>Maret shows how she prepares <a href="\(targets[4])">smoked eel with juniper</a>, and why her
        <a href="\(targets[5])">rye bread</a> needs three days and no hurry.</p></td></tr>
        <tr><td class="card"><h2>On Friday evening</h2>
        <p>Four accordions and a double bass play <a href="\(targets[6])">on the ferry landing</a>. The last boat home leaves at
        half past ten: <a href="\(targets[7])">timetable</a>.</p></td></tr>
        <tr><td class="foot">
        <p>You receive this letter because you asked for it at the market. Follow us at <a href="\(targets[8])">@harbournotes</a>,
        read how we <a href="\(targets[9])">treat your data</a>, or <a href="{{unsubscribe_url}}">unsubscribe</a> with one click.</p>
        <p>Harbour Notes, Quay 4, 1050 Port Example</p>
        </td></tr>
        </table>
        </td></tr></table>
        </body>
        </html>
        """

    static let text = """
        Good morning, {{name|dear reader}}

        The market between the two bridges opens again on Saturday: \(targets[1])
        Stalls: \(targets[2])
        Reserve your basket: \(targets[3])

        Smoked eel with juniper: \(targets[4])
        Four accordions and a double bass on Friday: \(targets[6])

        Unsubscribe: {{unsubscribe_url}}
        """
}
