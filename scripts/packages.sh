#!/usr/bin/env bash
# Installs the Debian packages that building and running need. Says which, asks nothing, does nothing when all are there.
# Never starts a service: a policy-rc.d guard stands while packages are set up, and no PostgreSQL cluster is made.
#
#   scripts/packages.sh            install what is missing
#   scripts/packages.sh --check    only say what is missing; exit 1 when something is
#   scripts/packages.sh --list     the whole list, one a line
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/output.sh"

packages=(
    # to build: the linker, the C and C++ headers, and the libraries that the clients wrap
    binutils git libc6-dev libgcc-12-dev libstdc++-12-dev pkg-config zlib1g-dev
    libcurl4-openssl-dev libgumbo-dev libhiredis-dev libidn2-dev libpq-dev libssl-dev
    # to run: the stores, the proxy that the end-to-end tests put in front, and systemd-analyze for the unit tests
    ca-certificates curl nginx-light postgresql-15 postgresql-client-15 redis-server systemd
    # to test: the browser that compares compiled mails with their source, and the font that it measures text with
    chromium fonts-dejavu-core
    # to test: the tool that reads the API's description, and the mail servers that take mails and that bounces are read from
    python3-venv dovecot-imapd postfix
)

policy=/usr/sbin/policy-rc.d
policy_mark='# set by Communications Block while it installs packages; safe to remove'
cluster_rule=/etc/postgresql-common/createcluster.d/communications-block.conf

missing_packages() {
    local package
    for package in "${packages[@]}"; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || printf '%s\n' "$package"
    done
}

# Forbids the start of services while dpkg runs. A policy that is there already stays as it is, and must forbid too.
raise_guard() {
    if [[ -e $policy ]] && ! grep -qF "$policy_mark" "$policy"; then
        local answer=0
        "$policy" redis-server start >/dev/null 2>&1 || answer=$?
        ((answer == 101)) || die "$policy exists and allows services to start; install by hand: $(install_line)"
        return 0
    fi
    printf '#!/bin/sh\n%s\nexit 101\n' "$policy_mark" >"$policy"
    chmod 0755 "$policy"
}

lower_guard() {
    if [[ -e $policy ]] && grep -qF "$policy_mark" "$policy"; then rm -f "$policy"; fi
    rm -f "$cluster_rule"
}

# The package would make and later start a cluster called "main". Ours are private ones: the rule stands only while we install.
forbid_main_cluster() {
    [[ -d /etc/postgresql/15/main ]] && return 0
    mkdir -p "$(dirname "$cluster_rule")"
    printf '%s\ncreate_main_cluster = false\n' "$policy_mark" >"$cluster_rule"
}

install_line() { printf 'apt-get install --no-install-recommends %s' "${missing[*]}"; }

install_missing() {
    export DEBIAN_FRONTEND=noninteractive APT_LISTCHANGES_FRONTEND=none NEEDRESTART_SUSPEND=1
    trap lower_guard EXIT
    trap 'exit 130' INT TERM HUP
    raise_guard
    forbid_main_cluster
    apt-get update -q >&2
    apt-get install -q -y --no-install-recommends \
        -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "${missing[@]}" >&2
}

case ${1:-} in
    --list)
        printf '%s\n' "${packages[@]}"
        exit 0
        ;;
    '' | --check) ;;
    *) die "usage: scripts/packages.sh [--check | --list]" ;;
esac

command -v dpkg-query >/dev/null || die "this is not a Debian system; the packages needed are: ${packages[*]}"
mapfile -t missing < <(missing_packages)
((${#missing[@]} > 0)) || exit 0

say "Debian packages needed: ${missing[*]}"
[[ ${1:-} != --check ]] || exit 1

if ((EUID == 0)); then
    install_missing
    note "installed; no service was started. PostgreSQL's usual cluster \"main\" was not made (pg_createcluster 15 main would make it)."
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo -n "${BASH_SOURCE[0]}"
else
    die "they need the administrator: sudo $(install_line)"
fi
