import CommCore

extension JSONFields {
    /// Sending windows: `[{"days":["mon"],"from":"09:00","to":"17:00"}]`; a problem names what is wrong in which of them.
    mutating func sendingWindows(_ name: String) -> [SendingWindow]? {
        var texts: [Int] = []
        var count = 0
        let windows = items(
            name,
            text: { _ -> SendingWindow? in
                texts.append(count)
                count += 1
                return nil
            },
            object: { fields -> SendingWindow? in
                count += 1
                return Self.window(&fields)
            }
        )
        for index in texts { add("\(name)[\(index)]", "wrong_type", "must be an object, not a string") }
        guard let windows, windows.allSatisfy({ $0 != nil }) else { return nil }
        return windows.compactMap { $0 }
    }

    private static func window(_ fields: inout JSONFields) -> SendingWindow? {
        let days = (fields.strings("days") ?? []).enumerated().compactMap { index, text -> SendingWindow.Day? in
            if let day = SendingWindow.Day(rawValue: text) { return day }
            fields.add("days[\(index)]", "invalid", "must be mon, tue, wed, thu, fri, sat or sun")
            return nil
        }
        fields.require("days", !days.isEmpty)
        guard let from = time("from", &fields), let to = time("to", &fields), !days.isEmpty else { return nil }
        return SendingWindow(days: days, from: from, to: to)
    }

    private static func time(_ name: String, _ fields: inout JSONFields) -> Int? {
        guard let text = fields.string(name) else {
            fields.require(name, false)
            return nil
        }
        guard let minutes = SendingWindow.minutes(text) else {
            fields.add(name, "invalid", "must be a time of day such as 09:00")
            return nil
        }
        return minutes
    }
}
