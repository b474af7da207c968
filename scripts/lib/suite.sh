# shellcheck shell=bash
# shellcheck disable=SC2154 # the caller sets the variables named below
# The suite of one environment: secrets, ports, databases, the settings of each daemon, and starting them in order.
#
# The caller sets: environment (NAME), programs (folder of the built executables) and first_port; then calls suite_prepare
# and suite_start. Everything lies in .local/NAME.

suite_processes=(motorical-sink motorical-engine comm-api comm-sender comm-stats)

suite_folders() {
    suite_folder=$(environment_folder "$environment")
    process_folder="$suite_folder/pid"
    log_folder="$suite_folder/log"
    make_local_folder "$suite_folder"
    mkdir -p "$process_folder" "$log_folder"
}

# One demo or run at a time in an environment; the lock goes with the script that holds it.
suite_lock() {
    exec 8>"$suite_folder/suite.lock"
    flock -n 8 || die "another make works on the $environment environment right now"
}

# Secrets are made once for an environment and never shown.
suite_secrets() {
    local file="$suite_folder/env" name
    (umask 077 && touch "$file")
    for name in COMM_INTERNAL_TOKEN SERVICE_JWT_SECRET COMM_WEBHOOK_SECRET PLATFORM_API_TOKEN \
        OWNER_PASSWORD API_PASSWORD SENDER_PASSWORD STATS_PASSWORD PLATFORM_PASSWORD; do
        grep -q "^$name=" "$file" || printf "%s='%s'\n" "$name" "$(random_hex 24)" >>"$file"
    done
    source "$file"
}

# Ports of this environment, chosen while nothing of it runs. Links in mails hold the API's port, so it is kept when it can be.
suite_ports() {
    local file="$suite_folder/ports.env"
    api_port=$first_port sender_port=$((first_port + 1)) stats_port=$((first_port + 2))
    platform_port=$((first_port + 10)) smtp_port=$((first_port + 11))
    [[ ! -s $file ]] || source "$file"
    api_port=$(free_port "$api_port")
    sender_port=$(free_port "$sender_port")
    stats_port=$(free_port "$stats_port")
    platform_port=$(free_port "$platform_port")
    smtp_port=$(free_port "$smtp_port")
    printf '%s=%s\n' api_port "$api_port" sender_port "$sender_port" stats_port "$stats_port" \
        platform_port "$platform_port" smtp_port "$smtp_port" >"$file"
    api_url="http://127.0.0.1:$api_port"
    platform_url="http://127.0.0.1:$platform_port"
}

# Runs SQL as the superuser of the private server; the text comes on standard input, so that no password is in a command line.
suite_sql() {
    PGPASSWORD=$POSTGRES_PASSWORD psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 \
        --host=127.0.0.1 --port="$POSTGRES_PORT" --username=postgres --dbname="${1:-postgres}"
}

# Login roles with no more rights than they need: the owner migrates, the daemons are members of the group roles that the
# first migration makes.
suite_databases() {
    suite_sql <<SQL
SET client_min_messages = warning;
SELECT format('CREATE ROLE %I LOGIN', name)
    FROM unnest(ARRAY['comm_owner', 'comm_api_login', 'comm_sender_login', 'comm_stats_login', 'motorical_owner']) AS name
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT 'CREATE ROLE motorical_client NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'motorical_client') \gexec
ALTER ROLE comm_owner CREATEROLE PASSWORD '$OWNER_PASSWORD';
ALTER ROLE comm_api_login PASSWORD '$API_PASSWORD';
ALTER ROLE comm_sender_login PASSWORD '$SENDER_PASSWORD';
ALTER ROLE comm_stats_login PASSWORD '$STATS_PASSWORD';
ALTER ROLE motorical_owner PASSWORD '$PLATFORM_PASSWORD';
GRANT motorical_client TO comm_sender_login, comm_stats_login;
SELECT 'CREATE DATABASE communications_db OWNER comm_owner'
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'communications_db') \gexec
SELECT 'CREATE DATABASE motorical_db OWNER motorical_owner'
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'motorical_db') \gexec
REVOKE ALL ON DATABASE communications_db, motorical_db FROM PUBLIC;
GRANT CONNECT ON DATABASE communications_db TO comm_api_login, comm_sender_login, comm_stats_login;
GRANT TEMPORARY ON DATABASE communications_db TO comm_api_login;
GRANT TEMPORARY ON DATABASE motorical_db TO comm_sender_login;
GRANT CONNECT ON DATABASE motorical_db TO comm_sender_login, comm_stats_login;
SQL
}

suite_database_url() { printf 'postgres://%s:%s@127.0.0.1:%s/%s' "$1" "$2" "$POSTGRES_PORT" "$3"; }

# suite_write_settings PROGRAM NAME=VALUE…: the environment file of one program, as systemd's EnvironmentFile would be.
suite_write_settings() {
    local program=$1 pair
    shift
    (
        umask 077
        for pair in "$@"; do printf "%s='%s'\n" "${pair%%=*}" "${pair#*=}"; done >"$suite_folder/$program.env"
    )
}

suite_settings() {
    local shared=(
        "REDIS_HOST=127.0.0.1" "REDIS_PORT=$REDIS_PORT" "REDIS_PASSWORD=$REDIS_PASSWORD"
        "SERVICE_JWT_SECRET=$SERVICE_JWT_SECRET"
        "COMM_ENVIRONMENT=development" "COMM_PUBLIC_BASE=$api_url"
        "COMM_TRACKING_SCHEME=http" "COMM_TRACKING_DOMAIN=127.0.0.1:$api_port"
        "COMM_FROM_ADDRESS=no-reply@harbour.example"
    )
    suite_write_settings comm-api "${shared[@]}" "COMM_PORT=$api_port" "COMM_HOST=127.0.0.1" \
        "COMM_DB_URL=$(suite_database_url comm_api_login "$API_PASSWORD" communications_db)" \
        "COMM_INTERNAL_TOKEN=$COMM_INTERNAL_TOKEN" "COMM_WEBHOOK_SECRET=$COMM_WEBHOOK_SECRET" "MOTORICAL_API_BASE=$platform_url"
    suite_write_settings comm-sender "${shared[@]}" "COMM_SENDER_PORT=$sender_port" \
        "COMM_DB_URL=$(suite_database_url comm_sender_login "$SENDER_PASSWORD" communications_db)" \
        "MOTORICAL_DB_URL=$(suite_database_url comm_sender_login "$SENDER_PASSWORD" motorical_db)"
    suite_write_settings comm-stats "${shared[@]}" "COMM_STATS_PORT=$stats_port" \
        "COMM_DB_URL=$(suite_database_url comm_stats_login "$STATS_PASSWORD" communications_db)" \
        "MOTORICAL_DB_URL=$(suite_database_url comm_stats_login "$STATS_PASSWORD" motorical_db)" \
        "MOTORICAL_API_BASE=$platform_url" "MOTORICAL_PUBLIC_API_TOKEN=$PLATFORM_API_TOKEN"
    suite_write_settings commctl "${shared[@]}" "COMM_INTERNAL_TOKEN=$COMM_INTERNAL_TOKEN" \
        "COMM_DB_URL=$(suite_database_url comm_owner "$OWNER_PASSWORD" communications_db)" \
        "MOTORICAL_DB_URL=$(suite_database_url motorical_owner "$PLATFORM_PASSWORD" motorical_db)"
}

# suite_with_settings PROGRAM COMMAND…: runs a command with the settings of that program.
suite_with_settings() {
    local settings="$suite_folder/$1.env"
    shift
    (
        set -a
        source "$settings"
        set +a
        exec "$@"
    )
}

suite_schema() {
    suite_with_settings commctl "$programs/commctl" migrate up
    suite_sql communications_db <<'SQL'
SET client_min_messages = warning;
GRANT comm_api TO comm_owner, comm_api_login;
GRANT comm_worker TO comm_owner, comm_sender_login, comm_stats_login;
SQL
    "$programs/motorical-dev" init-db --grant-to motorical_client \
        --db-url "$(suite_database_url motorical_owner "$PLATFORM_PASSWORD" motorical_db)" >>"$log_folder/init-db.log" 2>&1 ||
        { show_tail "$log_folder/init-db.log"; die "motorical-dev init-db failed"; }
}

# Stops what runs, then: services, ports, databases, schema.
suite_prepare() {
    suite_stop
    scripts/services.sh start "$environment"
    source "$suite_folder/services.env"
    suite_secrets
    suite_ports
    suite_databases
    suite_settings
    suite_schema
}

suite_start_daemon() {
    # shellcheck disable=SC2016 # expanded by the inner shell, which then becomes the daemon
    process_start "$1" bash -c 'set -a; source "$0"; set +a; exec "$@"' "$suite_folder/$1.env" "$programs/$1"
}

suite_start() {
    local sink="$suite_folder/sink" name
    rm -rf "$sink"
    mkdir -p "$sink"
    for name in "${suite_processes[@]}"; do : >"$log_folder/$name.log"; done
    process_start motorical-sink "$programs/motorical-dev" sink --port "$smtp_port" \
        --store "$sink/mails" --keep 100 --index "$sink/index.tsv"
    MOTORICAL_DEV_WEBHOOK_SECRET=$COMM_WEBHOOK_SECRET MOTORICAL_DEV_API_TOKEN=$PLATFORM_API_TOKEN \
        process_start motorical-engine "$programs/motorical-dev" engine --redis-url "$REDIS_URL" \
        --db-url "$(suite_database_url motorical_owner "$PLATFORM_PASSWORD" motorical_db)" \
        --smtp-host 127.0.0.1 --smtp-port "$smtp_port" --webhook-url "$api_url/api/webhooks/motorical" --api-port "$platform_port"
    suite_start_daemon comm-api
    suite_start_daemon comm-sender
    suite_start_daemon comm-stats
    process_wait_ready motorical-engine "$platform_url/health" 30
    process_wait_ready comm-api "$api_url/api/ready" 60
    process_wait_ready comm-sender "http://127.0.0.1:$sender_port/api/ready" 60
    process_wait_ready comm-stats "http://127.0.0.1:$stats_port/api/ready" 60
}

suite_stop() {
    local name
    for name in comm-api comm-sender comm-stats motorical-engine motorical-sink; do process_stop "$name"; done
}
