import Redis

/// The token buckets as one script: a batch of messages against every bucket that any of them has to pass, in one call.
///
/// Each bucket is the generic cell rate algorithm (ITU-T I.371) on the times of messages that really go, so in no window does more pass
/// than its rate and its burst, whatever was promised to whom. A message goes when every bucket lets it, and only then is it counted in
/// all of them: what one limit holds back takes nothing from another.
///
/// Beside the bucket there is a line. What may not go is told a time, the line's end at the bucket that it waits for longest, and its
/// identity is noted there. While somebody stands in the line, others leave room for whoever became due in the last seconds, and half of the
/// burst; so who comes at the time that he was told finds room, and who does not come holds up nobody. Each campaign has an end of its own, and they share the rate. A line has a greatest length:
/// who comes later is only told about when to ask again.
///
/// A quarter of every burst is for the express lanes. Emergencies go in any case, and count.
///
/// Times are microseconds that the caller gives. A Redis that has lost its memory starts with empty buckets.
///
/// Longer than other files: a script is one piece.
enum BucketScript {
    /// Places in one line.
    static let longestLine = 10_000
    /// How far ahead a time is told, in microseconds.
    static let longestWait: Int64 = 4 * 3600 * 1_000_000

    /// KEYS: the marker, then the buckets; those that every message passes come first.
    ///
    /// ARGV: now, class (0 emergency, 1 express, 2 bulk), flow, places in a line, longest wait, how many buckets are everybody's;
    /// of each bucket its interval (0: no limit), its burst, its adjustment (`-`: it never has one); last, 10 bytes for each message:
    /// number of its own bucket (0: none) and its identity.
    ///
    /// Returns 0 when all may go, else for each message the time (0: now) and 8 · number of the bucket that it waits for + why (1 limit,
    /// 2 slowed down, 3 paused).
    static let script = RedisScript(
        """
        local now, class, flow = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
        local most, longest, common = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
        local count, blob = #KEYS - 1, ARGV[#ARGV]
        local grace, punctual = 900000000, 5000000
        local min, max, floor, ceil = math.min, math.max, math.floor, math.ceil
        local function text(n) return string.format('%.0f', n) end
        local born = tonumber(redis.call('GET', KEYS[1]) or '')
        if not born then
            born = now
            redis.call('SET', KEYS[1], text(now))
        end

        local function adjustment(given)
            local parts = {}
            for word in string.gmatch(given, '%S+') do parts[#parts + 1] = tonumber(word) end
            if #parts < 6 then return nil end
            return {version = parts[1], paused = parts[2], factor = parts[3], hold = parts[4], step = parts[5], base = parts[6]}
        end
        local function factor(b, at)
            local a = b.adjustment
            if not a or a.factor >= 1 then return 1 end
            if at < a.hold then return a.factor end
            return min(1, a.factor * 2 ^ (1 + floor((at - a.hold) / a.step)))
        end
        local function interval(b, at)
            local f = factor(b, at)
            if f >= 1 then return b.interval end
            return ceil(max(b.interval, b.adjustment.base) / f)
        end

        local n = #blob / 10
        local own = {}
        for m = 1, n do
            local high, low = string.byte(blob, m * 10 - 9, m * 10 - 8)
            own[m] = high * 256 + low
        end
        local function id(m) return string.sub(blob, m * 10 - 7, m * 10) end

        local buckets, adjustments = {}, {}
        do
            local names, numbers = {}, {}
            for i = 1, count do
                if ARGV[9 + (i - 1) * 3] ~= '-' then
                    names[#names + 1], numbers[#numbers + 1] = KEYS[i + 1] .. ':a', i
                end
            end
            for from = 1, #names, 2000 do
                local values = redis.call('MGET', unpack(names, from, min(from + 1999, #names)))
                for k = 1, #values do adjustments[numbers[from + k - 1]] = values[k] end
            end
        end
        for i = 1, count do
            local at = 6 + (i - 1) * 3
            local b = {key = KEYS[i + 1], interval = tonumber(ARGV[at + 1]), burst = tonumber(ARGV[at + 2]), line = 0, due = 0, held = {}}
            local given = ARGV[at + 3]
            local kept = redis.call('HMGET', b.key, 't', 'r', 'x', 'w', 'c', 'q')
            if given ~= '-' then
                b.counted = true
                b.window, b.seen, b.before = tonumber(kept[4] or '') or now, tonumber(kept[5] or '') or 0, tonumber(kept[6] or '') or 0
                local shared = adjustments[i]
                local theirs, ours = shared and adjustment(shared), adjustment(given)
                if ours and (not theirs or theirs.version < ours.version) then
                    redis.call('SET', b.key .. ':a', given, 'PX', 86400000)
                    theirs = ours
                end
                b.adjustment = theirs
            end
            b.factor = factor(b, now)
            b.step = interval(b, now)
            b.open = b.adjustment and b.adjustment.paused or 0
            b.limited = b.step > 0 or b.open > now
            if b.limited then
                b.room = b.burst
                if b.factor < 1 then
                    b.room = max(1, floor(5000000 / b.step))
                    if b.interval > 0 then b.room = min(b.room, b.burst) end
                end
                b.tolerance = b.step * b.room
                b.last = tonumber(kept[1] or '') or (born + b.tolerance)
                b.tat = max(b.last, now)
                b.later, b.express = tonumber(kept[2] or ''), tonumber(kept[3] or '')
                if class == 2 then
                    redis.call('ZREMRANGEBYSCORE', b.key .. ':p', '-inf', text(now - grace))
                    b.line = redis.call('ZCARD', b.key .. ':p')
                    b.tail = tonumber(redis.call('ZSCORE', b.key .. ':l', flow) or '')
                    b.soft = tonumber(redis.call('ZSCORE', b.key .. ':s', flow) or '')
                    b.flows = redis.call('ZCOUNT', b.key .. ':l', '(' .. text(now), '+inf')
                    if not b.tail or b.tail <= now then b.flows = b.flows + 1 end
                    if b.line > 0 then
                        b.due = redis.call('ZCOUNT', b.key .. ':p', text(now - punctual), text(now))
                        local mine, names = {}, {}
                        for m = 1, n do
                            if i <= common or own[m] == i then
                                mine[#mine + 1] = m
                                names[#names + 1] = id(m)
                            end
                        end
                        for from = 1, #names, 2000 do
                            local scores = redis.call('ZMSCORE', b.key .. ':p', unpack(names, from, min(from + 1999, #names)))
                            for k = 1, #scores do
                                if scores[k] then b.held[mine[from + k - 1]] = tonumber(scores[k]) end
                            end
                        end
                    end
                end
            end
            buckets[i] = b
        end

        local function quarter(b) return class == 2 and floor(b.room / 4) or 0 end
        local function conforms(b, m)
            if b.open > now then return false end
            local spare = quarter(b)
            local held = b.held[m]
            if class == 2 and b.line > 0 and not (held and held <= now) then
                -- Half of a small burst is nothing: then the line has to be late.
                if b.room < 4 and b.last + 2 * b.step > now then return false end
                -- Who has come too late to be among them leaves room for those who are due, and half of the burst.
                spare = max(floor(b.room / 2), spare + b.due)
            end
            return b.tat + b.step * (1 + spare) <= now + b.tolerance
        end
        local function place(b, m)
            local soonest = max(b.tat + b.step * (1 + quarter(b)) - b.tolerance, b.open, now + 1)
            if class == 1 then
                return b.express and max(b.express + b.step, soonest) or soonest, 'express'
            end
            local held = b.held[m]
            if held and held > now then return max(held, b.open), 'early' end
            if held then return b.later and max(b.later + b.step, soonest) or soonest, 'later' end
            local slot = soonest
            if b.tail then slot = max(b.tail + interval(b, b.tail) * b.flows, soonest) end
            if b.line < most and slot <= now + longest then return slot, 'line' end
            local behind = max(b.soft or 0, b.tail or 0, soonest)
            behind = behind + interval(b, behind) * b.flows
            if behind <= now + longest then return behind, 'soft' end
            local one, two = string.byte(blob, m * 10 - 1, m * 10)
            return now + floor(longest / 2 * (1 + (one * 256 + two) / 65536)), 'away'
        end

        -- The buckets that can hold a message back: everybody's first, then its own.
        local checked = {}
        for i = 1, common do
            if buckets[i].limited then checked[#checked + 1] = i end
        end
        local everybodys = #checked
        local answer, refused, passed = {}, false, 0
        for m = 1, n do
            local mine = own[m]
            local last = everybodys
            if mine > 0 and buckets[mine].limited then
                last = everybodys + 1
                checked[last] = mine
            end
            local slot, kind, binding = 0, nil, 0
            if class > 0 then
                for k = 1, last do
                    local b = buckets[checked[k]]
                    if not conforms(b, m) then
                        local at, how = place(b, m)
                        if at > slot then slot, kind, binding = at, how, checked[k] end
                    end
                end
            end
            if binding == 0 then
                passed = passed + 1
                for k = 1, last do
                    local b = buckets[checked[k]]
                    b.tat, b.changed = b.tat + b.step, true
                    b.last = b.tat
                    if b.held[m] then
                        b.gone = b.gone or {}
                        b.gone[#b.gone + 1] = id(m)
                        if b.held[m] <= now then b.due = b.due - 1 end
                        b.held[m] = nil
                        b.line = b.line - 1
                    end
                end
                if mine > 0 then buckets[mine].passed = (buckets[mine].passed or 0) + 1 end
                if refused then answer[2 * m - 1], answer[2 * m] = 0, 0 end
            else
                if not refused then
                    refused = true
                    for k = 1, 2 * m - 2 do answer[k] = 0 end
                end
                local b = buckets[binding]
                if kind == 'line' then
                    b.tail, b.line = slot, b.line + 1
                elseif kind == 'soft' then
                    b.soft = slot
                elseif kind == 'later' then
                    b.later, b.changed = slot, true
                elseif kind == 'express' then
                    b.express, b.changed = slot, true
                end
                if kind == 'line' or kind == 'later' then
                    b.added = b.added or {}
                    b.added[#b.added + 1] = text(slot)
                    b.added[#b.added + 1] = id(m)
                end
                answer[2 * m - 1] = slot
                answer[2 * m] = binding * 8 + (b.open > now and 3 or b.factor < 1 and 2 or 1)
            end
        end
        if passed > 0 then
            for i = 1, common do buckets[i].passed = passed end
        end

        local life = text(ceil(longest / 1000) + 3600000)
        for i = 1, count do
            local b = buckets[i]
            local fields, until_ = {}, nil
            if b.changed then
                fields = {'t', text(b.tat)}
                until_ = b.tat
                if b.later and b.later > now then
                    fields[#fields + 1], fields[#fields + 2] = 'r', text(b.later)
                    until_ = max(until_, b.later)
                end
                if b.express and b.express > now then
                    fields[#fields + 1], fields[#fields + 2] = 'x', text(b.express)
                    until_ = max(until_, b.express)
                end
            end
            if b.counted and b.passed then
                local window = b.window
                if now - window >= 120000000 then
                    b.window, b.before, b.seen = now, 0, 0
                elseif now - window >= 60000000 then
                    b.window, b.before, b.seen = window + 60000000, b.seen, 0
                end
                fields[#fields + 1], fields[#fields + 2] = 'c', text(b.seen + b.passed)
                if b.seen == 0 then
                    fields[#fields + 1], fields[#fields + 2] = 'w', text(b.window)
                    fields[#fields + 1], fields[#fields + 2] = 'q', text(b.before)
                    until_ = max(until_ or 0, now + 180000000)
                end
            end
            if #fields > 0 then redis.call('HSET', b.key, unpack(fields)) end
            if until_ then
                -- A window's counts are longer of use than most buckets.
                local life = ceil((until_ - now) / 1000) + 60000
                if b.counted then life = max(life, 240000) end
                redis.call('PEXPIRE', b.key, text(life))
            end
            if b.gone then
                for from = 1, #b.gone, 2000 do
                    redis.call('ZREM', b.key .. ':p', unpack(b.gone, from, min(from + 1999, #b.gone)))
                end
            end
            if b.added then
                for from = 1, #b.added, 2000 do
                    redis.call('ZADD', b.key .. ':p', unpack(b.added, from, min(from + 1999, #b.added)))
                end
                redis.call('PEXPIRE', b.key .. ':p', life)
            end
            if class == 2 and b.limited then
                for _, line in ipairs({{':l', b.tail}, {':s', b.soft}}) do
                    if line[2] and line[2] > now then
                        redis.call('ZADD', b.key .. line[1], text(line[2]), flow)
                        redis.call('ZREMRANGEBYSCORE', b.key .. line[1], '-inf', text(now))
                        redis.call('PEXPIRE', b.key .. line[1], life)
                    end
                end
            end
        end
        if not refused then return 0 end
        return answer
        """
    )
}
