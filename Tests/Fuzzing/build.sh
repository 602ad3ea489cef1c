#!/usr/bin/env bash
# Builds the fuzzing program in .build/fuzzing, which no other build looks at, and prints its path.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=$root/.build/fuzzing
mkdir -p "$folder"
ln -sfn "$root/Sources" "$folder/Sources"
ln -sfn "$root/Tests/Fuzzing/Targets" "$folder/Targets"
{ cat "$root/Package.swift"; echo; cat "$root/Tests/Fuzzing/package-tail.swift"; } > "$folder/Package.swift.new"
# Only a change of it makes SwiftPM read it again.
cmp -s "$folder/Package.swift.new" "$folder/Package.swift" || cp "$folder/Package.swift.new" "$folder/Package.swift"
# The manifest cannot know where the toolchain keeps libFuzzer; the one without a main function, since Swift has one.
compiler=$(readlink -f "$(command -v "${SWIFT:-swift}")")
library=$(ls "$(dirname "$compiler")"/../lib/clang/*/lib/linux/libclang_rt.fuzzer_no_main-"$(uname -m)".a | head -1)
"${SWIFT:-swift}" build -c release --package-path "$folder" --product Fuzz -Xlinker "$library" >&2
echo "$folder/.build/release/Fuzz"
