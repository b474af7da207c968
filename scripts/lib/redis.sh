# shellcheck shell=bash
# shellcheck disable=SC2154 # the caller sets the variables named below
# A private Redis 7: append-only file, own folder, own port on 127.0.0.1, own socket.
#
# The caller sets: base and socket_folder_redis (folders), redis_port, redis_password.

redis_folder() { printf '%s/redis' "$base"; }

as_redis() {
    if ((EUID == 0)); then
        (cd / && setpriv --reuid=redis --regid=redis --clear-groups -- "$@")
    else
        "$@"
    fi
}

redis_pid() {
    local folder pid
    folder=$(redis_folder)
    [[ -r $folder/redis.pid ]] || return 1
    read -r pid <"$folder/redis.pid" || return 1
    [[ $pid =~ ^[0-9]+$ && $(readlink "/proc/$pid/cwd" 2>/dev/null) == "$folder" ]] || return 1
    printf '%s' "$pid"
}

redis_running() { redis_pid >/dev/null; }

redis_ask() { REDISCLI_AUTH=$redis_password redis-cli -h 127.0.0.1 -p "$redis_port" --no-auth-warning "$@" 2>/dev/null; }

redis_configure() {
    local folder
    folder=$(redis_folder)
    mkdir -p "$folder"
    chmod 0700 "$folder"
    cat >"$folder/redis.conf" <<SETTINGS
bind 127.0.0.1
port $redis_port
unixsocket $socket_folder_redis/redis.sock
unixsocketperm 700
daemonize yes
pidfile $folder/redis.pid
logfile $folder/redis.log
dir $folder
appendonly yes
appendfsync everysec
save ""
tcp-backlog 511
maxmemory-policy noeviction
SETTINGS
    [[ -z $redis_password ]] || printf 'requirepass %s\n' "$redis_password" >>"$folder/redis.conf"
    chmod 0600 "$folder/redis.conf"
    ((EUID != 0)) || chown -R redis: "$folder"
}

redis_start() {
    redis_running && return 0
    local folder deadline
    folder=$(redis_folder)
    redis_configure
    rm -f "$folder/redis.pid"
    as_redis redis-server "$folder/redis.conf" >/dev/null 2>&1 9>&- || { show_tail "$folder/redis.log"; die "Redis did not start"; }
    deadline=$((SECONDS + 60))
    until [[ $(redis_ask PING) == PONG ]]; do
        ((SECONDS < deadline)) || { show_tail "$folder/redis.log"; die "Redis did not answer within 60 s"; }
        sleep 0.1
    done
}

redis_stop() {
    local pid deadline
    pid=$(redis_pid) || return 0
    kill -TERM "$pid" 2>/dev/null || true
    deadline=$((SECONDS + 30))
    while redis_running && ((SECONDS < deadline)); do sleep 0.1; done
    ! redis_running || kill -KILL "$pid" 2>/dev/null || true
    rm -f "$(redis_folder)/redis.pid"
}
