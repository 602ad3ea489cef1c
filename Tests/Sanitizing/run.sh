#!/usr/bin/env bash
# What is not Swift, and what is shared between threads, under the sanitizers of the toolchain; a few minutes.
#
#   Tests/Sanitizing/run.sh [c]      `c`: only what is not Swift, in half a minute; part of `make test`
#
# - The C face of SentencePiece, and the C functions that kernels and checksums are made of: accesses outside of memory,
#   undefined behaviour, and memory that is lost. (What reads files is checked in Tests/Fuzzing, Swift and C alike.)
# - The thread pool and its tests: accesses that nothing puts in order.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
swift=$(command -v "${SWIFT:-swift}")
tools=$(dirname "$(readlink -f "$swift")")
folder=$root/.build/sanitizing
mkdir -p "$folder"
# Swift's own report of a trap reads memory that the sanitizers guard.
export SWIFT_BACKTRACE=enable=no
export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=halt_on_error=1
checks=(
  -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -Wall -Wextra -fuse-ld=lld
)

echo '== address, undefined behaviour, leaks'
"$tools/clang++" "${checks[@]}" -std=c++17 -I "$root/Sources/CSentencePiece/include" \
  "$root"/Sources/CSentencePiece/*.cpp "$here/c_face.cpp" -lsentencepiece -lsentencepiece_train -ldl -o "$folder/c_face"
"$folder/c_face" "$root"/Tests/TokenizationTests/Fixtures/{lines.txt,unigram.model,bpe.model}
if [ "$(uname -m)" = x86_64 ]; then
  for level in x86-64 x86-64-v3 x86-64-v4; do
    "$tools/clang" "${checks[@]}" -march=$level -I "$root/Sources/CInstructions/include" "$here/instructions.c" -lm \
      -o "$folder/instructions-$level"
    "$folder/instructions-$level"
  done
fi

if [ "${1:-}" = c ]; then exit; fi

echo '== threads'
package=$folder/threads
mkdir -p "$package"
ln -sfn "$root/Sources" "$package/Sources"
ln -sfn "$root/Tests" "$package/Tests"
{ cat "$root/Package.swift"; echo; cat "$here/package-tail.swift"; } > "$package/Package.swift.new"
# Only a change of it makes SwiftPM read it again.
cmp -s "$package/Package.swift.new" "$package/Package.swift" || cp "$package/Package.swift.new" "$package/Package.swift"
"$swift" build -c release --build-tests --package-path "$package" > "$folder/threads.log" 2>&1 \
  || { tail -40 "$folder/threads.log" >&2; exit 1; }
"$swift" test -c release --skip-build --package-path "$package" > "$folder/threads.log" 2>&1 \
  || { tail -60 "$folder/threads.log" >&2; exit 1; }
grep 'Test run with' "$folder/threads.log"
