extension PageTexts {
    static let german = PageTexts(
        unsubscribe: "Abmelden",
        subscribeAgain: "Wieder anmelden",
        undo: "Rückgängig machen",
        askHeading: "Abmelden?",
        ask: "Sie sind dabei, {address} abzumelden.",
        askUnknown: "Sie sind dabei, sich abzumelden.",
        point1: "Sie erhalten keine Newsletter und Kampagnen dieses Absenders mehr.",
        point2: "Das gilt sofort, auch für bereits geplante Nachrichten.",
        point3: "Noch hat sich nichts geändert: Bestätigen Sie mit der Schaltfläche.",
        everything: "Von allem",
        onlyList: "Nur von „{list}“",
        onlyThisList: "Nur von dieser Liste",
        pause30: "30 Tage lang keine Nachrichten",
        unsubscribedHeading: "Sie wurden abgemeldet",
        unsubscribed: "{address} erhält keine Newsletter und Kampagnen dieses Absenders mehr.",
        alreadyHeading: "Sie sind abgemeldet",
        already: "{address} erhält keine Newsletter und Kampagnen dieses Absenders.",
        leftListHeading: "Sie haben diese Liste verlassen",
        leftList: "{address} erhält keine Nachrichten dieser Liste mehr; alle anderen kommen wie bisher.",
        pausedHeading: "Nachrichten sind pausiert",
        paused: "{address} erhält bis {date} keine Newsletter und Kampagnen.",
        mistake: "War das ein Versehen? Hier können Sie es rückgängig machen.",
        subscribedHeading: "Sie sind wieder angemeldet",
        subscribed: "{address} erhält Newsletter und Kampagnen dieses Absenders wie bisher.",
        refusedHeading: "Diese Adresse kann hier nicht angemeldet werden",
        refused: "Nachrichten an {address} kamen zurück oder wurden als unerwünscht gemeldet; die Adresse bleibt abgemeldet.",
        invalidHeading: "Dieser Link ist ungültig",
        invalid: """
            Vielleicht wurde er unterwegs abgeschnitten. Bitte kopieren Sie den ganzen Link aus der Nachricht und \
            versuchen Sie es noch einmal.
            """,
        expiredHeading: "Dieser Link ist abgelaufen",
        expired: "Die zugehörige Nachricht ist zu alt. Bitte verwenden Sie den Link einer neueren Nachricht.",
        unknownHeading: "Nichts weiter zu tun",
        unknown: "Diese Adresse steht nicht mehr in den Listen des Absenders und erhält von dort keine Nachrichten.",
        goneHeading: "Diese Nachricht ist nicht mehr verfügbar",
        gone: "Sie kann im Browser nicht mehr angezeigt werden. Falls sie noch in Ihrem Postfach liegt, lesen Sie sie bitte dort.",
        laterHeading: "Bitte versuchen Sie es gleich noch einmal",
        messageLater: "Die Nachricht kann gerade nicht angezeigt werden. Öffnen Sie den Link in einer Minute noch einmal.",
        tryLater: """
            Ihr Wunsch konnte gerade nicht gespeichert werden. Nichts ist verloren: Öffnen Sie den Link in einer \
            Minute noch einmal.
            """,
        preferences: "Ihre Einstellungen",
        preferencesFor: "Diese Einstellungen gelten für {address}.",
        newsletters: "Newsletter",
        language: "Sprache",
        pauseLegend: "Pause",
        noPause: "Keine Pause",
        pauseDays: "{days} Tage ab heute",
        pausedUntil: "Pausiert bis {date}",
        refuseTracking: "Nicht aufzeichnen, was ich öffne und anklicke",
        save: "Speichern",
        saved: "Ihre Einstellungen wurden gespeichert."
    )
}
