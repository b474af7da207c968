# shellcheck shell=bash
# shellcheck disable=SC2154 # the caller sets the folders
# Background processes of an environment: started in a session of their own, remembered by pid and start time,
# so that a pid that the system has given to somebody else is never mistaken for ours.
#
# The caller sets `process_folder` (pid files) and `log_folder`.

# Start time of a process in clock ticks since boot (field 22 of its stat line); empty when there is none.
process_start_time() {
    local line fields
    line=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    read -ra fields <<<"${line##*) }"
    printf '%s' "${fields[19]}"
}

# Is the process NAME of this environment alive?
process_alive() {
    local pid started
    [[ -r $process_folder/$1.pid ]] || return 1
    read -r pid started <"$process_folder/$1.pid" || return 1
    [[ -n $started && $(process_start_time "$pid") == "$started" ]]
}

process_pid() { cut -d' ' -f1 "$process_folder/$1.pid"; }

# process_start NAME COMMAND…: runs in the background, output appended to the log of that name.
process_start() {
    local name=$1 pid
    shift
    mkdir -p "$process_folder" "$log_folder"
    setsid nohup "$@" </dev/null >>"$log_folder/$name.log" 2>&1 8>&- 9>&- &
    pid=$!
    disown "$pid" 2>/dev/null || true
    printf '%s %s\n' "$pid" "$(process_start_time "$pid")" >"$process_folder/$name.pid"
}

# process_stop NAME [SECONDS]: asks politely, waits, and insists at the end.
process_stop() {
    local name=$1 patience=${2:-35} pid deadline
    if process_alive "$name"; then
        pid=$(process_pid "$name")
        kill -TERM "$pid" 2>/dev/null || true
        deadline=$((SECONDS + patience))
        while process_alive "$name" && ((SECONDS < deadline)); do sleep 0.1; done
        if process_alive "$name"; then
            note "$name did not stop within ${patience} s; killed"
            kill -KILL "$pid" 2>/dev/null || true
        fi
    fi
    rm -f "$process_folder/$name.pid"
}

# process_wait_ready NAME URL SECONDS: polls URL until it answers 200; shows the log when the process dies or time is up.
process_wait_ready() {
    local name=$1 url=$2 patience=$3 deadline answer
    deadline=$((SECONDS + patience))
    while ((SECONDS < deadline)); do
        if curl --silent --fail --max-time 2 --output /dev/null "$url"; then return 0; fi
        if ! process_alive "$name"; then
            show_tail "$log_folder/$name.log"
            die "$name ended before it was ready"
        fi
        sleep 0.2
    done
    answer=$(curl --silent --max-time 2 "$url" || true)
    show_tail "$log_folder/$name.log"
    die "$name was not ready within $patience s ($url said: ${answer:-nothing})"
}
