#!/usr/bin/env bash
# Builds a big database (one tenant with 1,000,000 contacts and the 20,000,000 events of 18 campaigns, beside 50 tenants of 2,000
# contacts) on a private PostgreSQL, and measures pages of the Mega List on it. Takes about 15 minutes and 12 GB; what is built stays.
#
#   scripts/bigdb.sh [--contacts N] [build|measure]     both when neither is named
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
source "$here/lib/output.sh"
source "$here/lib/paths.sh"
cd "$project_root"

contacts=1000000
if [[ ${1:-} == --contacts ]]; then
    contacts=${2:?--contacts wants a number}
    shift 2
fi
step=${1:-all}
[[ $contacts =~ ^[0-9]+$ && $step =~ ^(all|build|measure)$ ]] || die "usage: scripts/bigdb.sh [--contacts N] [build|measure]"

scripts/packages.sh
scripts/services.sh start bigdb
source .local/bigdb/services.env
url="${POSTGRES_URL%/postgres}/comm_big"
owner() { psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 "$@"; }

if [[ $step != measure ]]; then
    if [[ $(owner "$POSTGRES_URL" -Atc "SELECT count(*) FROM pg_database WHERE datname = 'comm_big'") == 0 ]]; then
        owner "$POSTGRES_URL" -c 'CREATE DATABASE comm_big_draft'
        for migration in migrations/*.sql; do
            owner "${url}_draft" --single-transaction --output /dev/null --file "$migration"
        done
        say "filling the database with $contacts contacts and their events"
        owner "${url}_draft" -v contacts="$contacts" --file scripts/lib/bigdb.sql
        owner "$POSTGRES_URL" -c 'ALTER DATABASE comm_big_draft RENAME TO comm_big'
    fi
    say "the database: $url"
fi

if [[ $step != build ]]; then
    say "building (release)"
    COMM_BENCHMARKS=1 swift build -c release --quiet --product comm-bench
    "$(COMM_BENCHMARKS=1 swift build -c release --show-bin-path)/comm-bench" grid --url "$url"
fi
