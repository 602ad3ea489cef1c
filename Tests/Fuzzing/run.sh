#!/usr/bin/env bash
# Builds the fuzz targets, and runs each for a number of executions:
#
#   Tests/Fuzzing/run.sh [RUNS [TARGET…]]
#
# The committed seeds are only read; what libFuzzer finds on its way is kept in .build/fuzzing/corpus, so that a later run
# goes on from there. Input that ends the process is left in .build/fuzzing/crashes. The last line of each target says how
# many executions it had.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
runs=${1:-1000000}
shift || true
program=${FUZZ_PROGRAM:-$(bash "$here/build.sh")}
# Swift's own report of a trap reads memory that the address sanitizer guards.
export SWIFT_BACKTRACE=enable=no
found=$(cd "$here/../.." && pwd)/.build/fuzzing
fixtures=$here/../TokenizationTests/Fixtures
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <("$program" 2>/dev/null | sed 's/.*: //' | tr ' ' '\n')
mkdir -p "$found/crashes"
for target in "${targets[@]}"; do
  corpus=$found/corpus/$target
  mkdir -p "$corpus"
  seeds=("$here/Seeds/$target")
  longest=16384
  case $target in
    # Blocks of 32 numbers make the smallest model a large one.
    gguf) longest=24576 ;;
    weights) longest=26624 ;;
    # Loading a model costs the library a millisecond.
    modelproto)
      seeds=("$found/seeds-modelproto"); mkdir -p "${seeds[0]}"; cp "$fixtures"/{unigram,bpe}.model "${seeds[0]}" ;;
    tokenizer-json)
      seeds=("$found/seeds-tokenizer-json"); mkdir -p "${seeds[0]}"
      cp "$fixtures"/{bytelevel,wordpiece}.json "${seeds[0]}" ;;
  esac
  echo "$target" >&2
  SECONDS=0
  # A hang is an input that takes longer than a minute, so that a busy machine is none; 1 GB is more than any of these
  # inputs may need.
  SWIFTLET_FUZZ=$target "$program" -runs="$runs" -seed=1 -max_len="$longest" -timeout=60 -rss_limit_mb=1024 \
    -artifact_prefix="$found/crashes/$target-" -verbosity=0 -print_final_stats=1 "$corpus" "${seeds[@]}" \
    > "$found/$target.log" 2>&1 || { grep -v '^"' "$found/$target.log" | tail -60 >&2; exit 1; }
  awk -v target="$target" -v seconds=$SECONDS '/number_of_executed_units/ {runs=$2} /peak_rss_mb/ {rss=$2}
    END {printf "%-16s %10d executions in %5d seconds, peak %d MB\n", target, runs, seconds, rss}' "$found/$target.log"
done
