# shellcheck shell=bash
# shellcheck disable=SC2154 # the caller sets the variables named below
# A private PostgreSQL 15: own data folder, own port on 127.0.0.1, own socket; nothing of the system's is used but the programs.
#
# The caller sets: environment (NAME), base, log_folder and socket_folder_postgres (folders), postgres_port, postgres_password.

postgres_programs=/usr/lib/postgresql/15/bin

postgres_folder() { printf '%s/postgres' "$base"; }

# initdb and postgres refuse to run as root: then the user that the Debian package made does it.
as_postgres() {
    if ((EUID == 0)); then
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

postgres_running() {
    local folder pid
    folder=$(postgres_folder)/data
    [[ -r $folder/postmaster.pid ]] || return 1
    read -r pid <"$folder/postmaster.pid" || return 1
    [[ $pid =~ ^[0-9]+$ && $(readlink "/proc/$pid/cwd" 2>/dev/null) == "$folder" ]]
}

# Processes of this cluster, the postmaster's children too: all of them stand in the data folder.
postgres_processes() {
    local link folder
    folder=$(postgres_folder)/data
    for link in /proc/[0-9]*/cwd; do
        [[ $(readlink "$link" 2>/dev/null) != "$folder" ]] || cut -d/ -f3 <<<"$link"
    done
}

# Lock files that a crash left behind may name a process that is somebody else's by now: PostgreSQL would refuse to start.
# They go only when no process of this cluster is left, since they are what keeps two servers off one data folder.
postgres_clear_after_crash() {
    local folder deadline=$((SECONDS + 15))
    folder=$(postgres_folder)
    [[ -e $folder/data/postmaster.pid ]] || return 0
    while [[ -n $(postgres_processes) ]]; do
        ((SECONDS < deadline)) || die "processes of a crashed PostgreSQL still run in $folder/data: $(postgres_processes | tr '\n' ' ')"
        sleep 0.2
    done
    rm -f "$folder/data/postmaster.pid" "$socket_folder_postgres"/.s.PGSQL.*
}

postgres_create() {
    local folder secret login=scram-sha-256
    folder=$(postgres_folder)
    [[ ! -s $folder/data/PG_VERSION || ! -e $folder/complete ]] || return 0
    rm -rf "$folder"
    mkdir -p "$folder"
    chmod 0700 "$folder"
    ((EUID != 0)) || chown postgres: "$folder"
    # Tests make roles and databases as they please on data that nobody wants to read.
    [[ $environment != test ]] || login=trust
    secret=$(mktemp)
    printf '%s\n' "$postgres_password" >"$secret"
    ((EUID != 0)) || chown postgres: "$secret"
    say "making a private PostgreSQL in $folder"
    as_postgres "$postgres_programs/initdb" --pgdata="$folder/data" --username=postgres --pwfile="$secret" \
        --auth="$login" --encoding=UTF8 --locale=C.UTF-8 --no-instructions >"$log_folder/initdb.log" 2>&1 ||
        { rm -f "$secret"; show_tail "$log_folder/initdb.log"; die "initdb failed"; }
    rm -f "$secret"
    touch "$folder/complete"
}

# Settings live in one file that is written anew at every start, so that a change of this script reaches old data folders.
postgres_configure() {
    local folder
    folder=$(postgres_folder)
    grep -q communications-block.conf "$folder/data/postgresql.conf" ||
        printf "\ninclude 'communications-block.conf'\n" >>"$folder/data/postgresql.conf"
    {
        printf "listen_addresses = '127.0.0.1'\nport = %s\nunix_socket_directories = '%s'\n" "$postgres_port" "$socket_folder_postgres"
        printf "cluster_name = 'communications-block-%s'\n" "$environment"
        cat <<'SETTINGS'
max_connections = 200
shared_buffers = 512MB
effective_cache_size = 2GB
work_mem = 16MB
maintenance_work_mem = 128MB
wal_level = replica
max_wal_size = 4GB
checkpoint_timeout = 15min
checkpoint_completion_target = 0.9
default_toast_compression = lz4
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u@%d %a '
log_checkpoints = on
log_lock_waits = on
log_min_duration_statement = 2s
SETTINGS
        if [[ $environment == test ]]; then
            # Every test has a database and pools of its own, and they run side by side.
            printf 'fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nshared_buffers = 256MB\n'
            printf 'max_connections = 500\nlog_min_duration_statement = -1\n'
        else
            printf 'fsync = on\nsynchronous_commit = on\n'
        fi
    } >"$folder/data/communications-block.conf"
    ((EUID != 0)) || chown postgres: "$folder/data/communications-block.conf"
}

postgres_start() {
    postgres_running && return 0
    local folder log
    folder=$(postgres_folder)
    log="$folder/postgres.log"
    postgres_create
    postgres_clear_after_crash
    postgres_configure
    as_postgres "$postgres_programs/pg_ctl" start --pgdata="$folder/data" --log="$log" --wait --timeout=60 --silent >/dev/null 2>&1 9>&- ||
        { show_tail "$log"; die "PostgreSQL did not start"; }
}

postgres_stop() {
    local folder
    folder=$(postgres_folder)
    if postgres_running; then
        as_postgres "$postgres_programs/pg_ctl" stop --pgdata="$folder/data" --mode=fast --wait --timeout=60 --silent >/dev/null 2>&1 ||
            as_postgres "$postgres_programs/pg_ctl" stop --pgdata="$folder/data" --mode=immediate --wait --timeout=30 --silent >/dev/null 2>&1 ||
            die "PostgreSQL in $folder does not stop"
    fi
}
