# shellcheck shell=bash
# Choosing TCP ports on 127.0.0.1.

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# The wanted port when nobody listens there, else the next free one above it.
free_port() {
    local port=$1 last=$(($1 + 200))
    while ((port <= last)); do
        if port_is_free "$port"; then
            printf '%s' "$port"
            return 0
        fi
        port=$((port + 1))
    done
    die "no free port between $1 and $last"
}
