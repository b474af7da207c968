#!/usr/bin/env bash
# Fuzzes parsing, inlining and compiling with libFuzzer, beginning with the corpus of Tests/Fuzz. An input that breaks something is
# kept in .local/fuzz/NAME/crashes; it belongs into the corpus once that is mended.
#
#   scripts/fuzz.sh [--seconds N] [html | css | template]…     all three without a name; 30 seconds each
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
source "$here/lib/output.sh"
source "$here/lib/paths.sh"
cd "$project_root"

seconds=30
if [[ ${1:-} == --seconds ]]; then
    seconds=${2:-}
    [[ $seconds =~ ^[1-9][0-9]*$ ]] || die "--seconds needs a number"
    shift 2
fi
checks=("$@")
((${#checks[@]} > 0)) || checks=(html css template)

# The library whose function libFuzzer calls.
target_of() {
    case $1 in
        html | css) printf FuzzMarkup ;;
        template) printf FuzzTemplates ;;
        *) die "there is no check $1; there are html, css and template" ;;
    esac
}

# An executable target of the package could not hold libFuzzer's main function: a library is built, and linked by one more line.
build() {
    local target=$1 scratch="$local_root/fuzz/build" objects products
    say "building $target with sanitizers"
    COMM_FUZZ=1 swift build --quiet --scratch-path "$scratch" --target "$target" --sanitize=address \
        -Xswiftc -sanitize=fuzzer -Xswiftc -parse-as-library
    products=$(COMM_FUZZ=1 swift build --scratch-path "$scratch" --show-bin-path)
    mapfile -t objects < <(find "$products" -name '*.o' -path '*.build/*' ! -path '*-tool.build/*' | grep -v "/$(other_target "$target").build/")
    swiftc -sanitize=fuzzer,address -lstdc++ -o "$local_root/fuzz/$target" "${objects[@]}" 2> >(grep -v 'ld.gold\|gold: warning' >&2)
}

other_target() { [[ $1 == FuzzMarkup ]] && printf FuzzTemplates || printf FuzzMarkup; }

scripts/packages.sh
make_local_folder "$local_root/fuzz"
built=()
for check in "${checks[@]}"; do
    target=$(target_of "$check")
    if [[ " ${built[*]} " != *" $target "* ]]; then
        build "$target"
        built+=("$target")
    fi
done

failed=()
for check in "${checks[@]}"; do
    folder="$local_root/fuzz/$check"
    mkdir -p "$folder/found" "$folder/crashes"
    say "$check for $seconds seconds"
    # Swift's own crash reporter could end the process before libFuzzer has saved the input.
    SWIFT_BACKTRACE=enable=no COMM_FUZZ_CHECK=$check "$local_root/fuzz/$(target_of "$check")" \
        -max_total_time="$seconds" -max_len=4096 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 -print_funcs=0 \
        -artifact_prefix="$folder/crashes/" "$folder/found" "Tests/Fuzz/corpus/$check" >"$folder/log" 2>&1 || {
        failed+=("$check")
        show_tail "$folder/log"
    }
    sed -n 's/^stat::\(number_of_executed_units\|new_units_added\|peak_rss_mb\): */    \1 /p' "$folder/log" >&2
done
((${#failed[@]} == 0)) || die "something was found by: ${failed[*]}; see .local/fuzz/NAME/crashes"
say "nothing was found"
