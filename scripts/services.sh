#!/usr/bin/env bash
# A private PostgreSQL 15 and Redis 7 for one environment, with their own data folder and ports.
#
#   scripts/services.sh start NAME     start both (nothing happens when they run); writes .local/NAME/services.env
#   scripts/services.sh stop NAME      stop both, completely
#   scripts/services.sh status NAME    say what runs; exit 3 when something does not
#   scripts/services.sh remove NAME    stop both and delete their data
#
# NAME is demo, run, test, bench or a name of your own. Data survives a stop; `test` trades safety for speed (fsync off).
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
source "$here/lib/output.sh"
source "$here/lib/paths.sh"
source "$here/lib/ports.sh"
source "$here/lib/postgres.sh"
source "$here/lib/redis.sh"

# The servers outlive this script: they must not inherit a lock that the caller holds.
exec 8>&-

action=${1:-}
environment=${2:-}
[[ $action =~ ^(start|stop|status|remove)$ ]] || die "usage: scripts/services.sh start|stop|status|remove NAME"
require_environment_name "$environment"

folder=$(environment_folder "$environment")
settings="$folder/services.env"
log_folder="$folder/log"

# First choice of ports; another clone or program may hold them, then the next free ones are taken and remembered.
case $environment in
    demo) postgres_port=15432 redis_port=16379 ;;
    test) postgres_port=15442 redis_port=16389 ;;
    run) postgres_port=15452 redis_port=16399 ;;
    bench) postgres_port=15462 redis_port=16409 ;;
    *)
        offset=$((0x$(printf '%s' "$environment" | sha256sum | cut -c1-4) % 500 * 2))
        postgres_port=$((17000 + offset)) redis_port=$((18000 + offset))
        ;;
esac
postgres_password=''
redis_password=''

# The servers give up root, so their users must be able to walk to the data. A clone below a closed folder
# (/root, say) cannot hold it: then it lies in /var/tmp, in a folder named after this clone.
choose_base() {
    base=$folder
    if ((EUID == 0)); then
        if ! runuser -u postgres -- test -x "$folder" || ! setpriv --reuid=redis --regid=redis --clear-groups test -x "$folder"; then
            base="/var/tmp/communications-block-$(clone_hash)/$environment"
            (umask 022 && mkdir -p "$base")
            [[ $(stat -c %u "$(dirname "$base")") == 0 ]] || die "$(dirname "$base") belongs to somebody else"
        fi
    fi
}

# The user that a server runs as.
owner_of() { if ((EUID == 0)); then printf '%s' "$1"; else id -un; fi; }

# A socket's path may have at most 107 bytes.
choose_socket_folder() {
    local wanted=$1 owner=$2 short
    if ((${#wanted} <= 80)); then
        printf '%s' "$wanted"
        return 0
    fi
    short="/tmp/cb-$(clone_hash)-$environment-$(basename "$wanted")"
    (umask 077 && mkdir -p "$short")
    ((EUID != 0)) || chown "$owner:" "$short"
    [[ $(stat -c %U "$short") == "$owner" ]] || die "$short belongs to somebody else"
    printf '%s' "$short"
}

read_settings() {
    [[ -r $settings ]] || return 1
    source "$settings"
    base=$SERVICES_BASE
    postgres_port=$POSTGRES_PORT postgres_password=$POSTGRES_PASSWORD socket_folder_postgres=$POSTGRES_SOCKET
    redis_port=$REDIS_PORT redis_password=$REDIS_PASSWORD socket_folder_redis=$(dirname "$REDIS_SOCKET")
}

write_settings() {
    local draft credentials=''
    draft=$(mktemp "$folder/services.env.XXXXXX")
    [[ -z $redis_password ]] || credentials="default:$redis_password@"
    cat >"$draft" <<SETTINGS
SERVICES_NAME='$environment'
SERVICES_BASE='$base'
POSTGRES_HOST='127.0.0.1'
POSTGRES_PORT='$postgres_port'
POSTGRES_SOCKET='$socket_folder_postgres'
POSTGRES_USER='postgres'
POSTGRES_PASSWORD='$postgres_password'
POSTGRES_URL='postgres://postgres:$postgres_password@127.0.0.1:$postgres_port/postgres'
REDIS_HOST='127.0.0.1'
REDIS_PORT='$redis_port'
REDIS_PASSWORD='$redis_password'
REDIS_SOCKET='$socket_folder_redis/redis.sock'
REDIS_URL='redis://${credentials}127.0.0.1:$redis_port/0'
SETTINGS
    mv "$draft" "$settings"
}

start() {
    make_local_folder "$log_folder"
    exec 9>"$folder/services.lock"
    flock 9
    if ! read_settings || [[ ! -d $base ]]; then
        choose_base
        postgres_password=$(random_hex 18)
        [[ $environment == test ]] || redis_password=$(random_hex 18)
    fi
    [[ $base == "$folder" ]] || note "the data of this environment lies in $base, as the servers' users cannot reach $folder"
    if ! postgres_running; then postgres_port=$(free_port "$postgres_port"); fi
    if ! redis_running; then redis_port=$(free_port "$redis_port"); fi
    socket_folder_postgres=$(choose_socket_folder "$base/postgres" "$(owner_of postgres)")
    socket_folder_redis=$(choose_socket_folder "$base/redis" "$(owner_of redis)")
    postgres_start
    redis_start
    write_settings
    say "$environment: PostgreSQL on 127.0.0.1:$postgres_port, Redis on 127.0.0.1:$redis_port"
}

stop() {
    read_settings || return 0
    exec 9>"$folder/services.lock"
    flock 9
    redis_stop
    postgres_stop
    say "$environment: PostgreSQL and Redis are stopped"
}

status() {
    read_settings || die "$environment was never started"
    local missing=0
    if postgres_running; then note "PostgreSQL runs on 127.0.0.1:$postgres_port"; else note "PostgreSQL does not run"; missing=3; fi
    if redis_running; then note "Redis runs on 127.0.0.1:$redis_port"; else note "Redis does not run"; missing=3; fi
    return "$missing"
}

remove() {
    read_settings || return 0
    stop
    rm -rf "$base/postgres" "$base/redis" "$socket_folder_postgres" "$socket_folder_redis" "$settings"
}

"$action"
