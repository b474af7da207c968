# shellcheck shell=bash
# Where things lie. Everything that a script makes is below .local/, which git ignores.

project_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
local_root="$project_root/.local"

# Folder of one environment (demo, test, run, …): .local/NAME
environment_folder() { printf '%s/%s' "$local_root" "$1"; }

require_environment_name() {
    [[ ${1:-} =~ ^[a-z][a-z0-9-]{0,15}$ ]] || die "a name is needed: small letters, digits and dashes, at most 16 (got \"${1:-}\")"
}

# A short text that differs between two clones on one machine.
clone_hash() { printf '%s' "$project_root" | sha256sum | cut -c1-8; }

# Makes a folder below .local, or says why it cannot.
make_local_folder() {
    mkdir -p "$1" 2>/dev/null || die "cannot write $1: does another user (root?) own $local_root?"
    [[ -w $1 ]] || die "cannot write $1: it belongs to $(stat -c %U "$1"); run as that user, or remove $local_root"
}

# Random hexadecimal text of N bytes.
random_hex() { od -An -v -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }
