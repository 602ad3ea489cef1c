#!/bin/bash
# Checks the compiled kernel variants of a release build, by disassembly:
# - outside of the variants for newer processors no object holds an instruction beyond the baseline of x86-64, the
#   AVX2 variant none of AVX-512, and none but the AMX variant, which must, a tile instruction;
# - a variant defines no weak function under a name that another module could define, too: the linker keeps one of
#   them, and an old processor would meet the instructions of a new one;
# - no variant calls libm for single numbers in place of vector instructions.
# Usage: Tests/check-variants.sh [build folder], after `swift build -c release`
set -euo pipefail
build=${1:-.build/release}
if [ "$(uname -m)" != x86_64 ]; then
  echo "check-variants: nothing to check on $(uname -m)"
  exit 0
fi
failures=0
complain() {
  echo "check-variants: $1" >&2
  failures=$((failures + 1))
}

objects() { find -L "$build/$1.build" -name '*.o' 2>/dev/null; }

instructions() { objdump -d --no-show-raw-insn "$1" | awk -F'\t' '{ print $2 }'; }

# Instructions of AVX and its successors begin with v (verr, verw and the virtual machine's do not occur), and those of
# FMA, AMX and BMI have names of their own. xgetbv asks the processor what it has. AVX-512 is known by its registers.
tiles='^(tile[a-z0-9]*|tdp[a-z0-9]+|(ld|st)tilecfg)( |$)'
beyond_avx2="$tiles|[%](zmm|k[0-7]|[xy]mm(1[6-9]|2[0-9]|3[01]))"
beyond_baseline="$tiles|^(v[a-z0-9]+|mulx|shlx|shrx|sarx|rorx|andn|bextr|pdep|pext)[lq]?( |$)"
while read -r forbidden modules; do
  for module in $modules; do
    [ -n "$(objects "$module")" ] || complain "no objects of $module in $build; run swift build -c release first"
    for object in $(objects "$module"); do
      found=$(instructions "$object" | grep -E "${!forbidden}" | head -1 || true)
      [ -z "$found" ] || complain "$module, $(basename "$object"): not of its instruction set: $found"
    done
  done
done <<'END'
beyond_baseline KernelsPortable KernelSupport Kernels
beyond_avx2 KernelsAVX2
tiles KernelsAVX512
END
multiplies() { for object in $(objects KernelsAMX); do instructions "$object"; done | grep -c '^tdpbf16ps ' || true; }
[ "$(multiplies)" -ge 4 ] || complain "KernelsAMX: no products of tiles"

weak_functions() { nm --defined-only "$@" 2>/dev/null | awk '$2 == "W" { print $3 }' | sort -u; }

for module in KernelsAVX2 KernelsAVX512 KernelsAMX; do
  [ -n "$(objects "$module")" ] || complain "no objects of $module in $build; run swift build -c release first"
  # shellcheck disable=SC2046 # object files have no spaces in their names
  shared=$(comm -12 <(weak_functions $(objects "$module")) \
    <(weak_functions $(find -L "$build" -path '*.build/*.o' -not -path "*/$module.build/*")) | head -3)
  [ -z "$shared" ] || complain "$module: weak functions that another module defines, too: $shared"
done

for module in KernelsPortable KernelsAVX2 KernelsAVX512 KernelsAMX; do
  for object in $(objects "$module"); do
    called=$(nm --undefined-only "$object" | awk '{ print $2 }' \
      | grep -xE '(fma|tanh|erf|sqrt|rint|round|roundeven|floor|ceil|trunc)f' | head -1 || true)
    [ -z "$called" ] || complain "$module, $(basename "$object"): calls $called for single numbers"
  done
done

[ "$failures" -eq 0 ] || exit 1
echo "check-variants: the variants are what their names say"
