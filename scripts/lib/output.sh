# shellcheck shell=bash
# Messages of the scripts: one voice, on standard error, so that standard output stays free for results.

say() { printf '==> %s\n' "$*" >&2; }

note() { printf '    %s\n' "$*" >&2; }

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# Shows the last lines of a log, indented, when there is one.
show_tail() {
    local file=$1 lines=${2:-25}
    [[ -r $file ]] || return 0
    printf -- '--- last lines of %s\n' "$file" >&2
    tail -n "$lines" "$file" | sed 's/^/    /' >&2
}
