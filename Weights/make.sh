#!/bin/sh
# Makes the tokenizer and the three models that ship with the project, from texts that Debian's packages carry, and says
# whether they are the bytes of SHA256SUMS; of glosses and kinds, whose last digits have changed since, how good they are.
#
#   sh Weights/make.sh [FOLDER]
#
# FOLDER, by default the project's, gets Tokenizer/english and Weights/{bible,glosses,kinds}. The same bits come out on
# any processor with AVX512-BF16, at any number of threads; elsewhere the first command says that the kernels are missing.
# To make models of the same kind there, unset SWIFTLET_KERNELS.
set -eu
export LC_ALL=C
project=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$project}
swiftlet=${SWIFTLET:-$project/.build/release/swiftlet}
bible=$project/Corpus/kjv/text/kjv.txt
glosses=$project/Corpus/wordnet/text/glosses.txt
kinds=$project/Corpus/wordnet/text/kinds
export SWIFTLET_KERNELS=avx512

sh "$project/Corpus/kjv/fetch.sh"
sh "$project/Corpus/wordnet/fetch.sh"
making=$(mktemp -d)
trap 'rm -rf "$making"' EXIT
mkdir -p "$out/Tokenizer/english" "$out/Weights"

# ship NAME: a finished run's folder without the run's own state.
ship() {
  mkdir -p "$out/Weights/$1"
  # The card is written by hand, and SHA256SUMS stands for the run's own manifest.
  find "$making/$1" -maxdepth 1 -type f ! -name README.md ! -name manifest.json -exec cp {} "$out/Weights/$1/" \;
}

tokenizer=$out/Tokenizer/english/english.model
"$swiftlet" tokenizer train --corpus "$bible" --corpus "$glosses" --model bpe --vocab-size 4096 \
  --set byte_fallback=true --out "$tokenizer"

"$swiftlet" pretrain --corpus "$bible" --tokenizer "$tokenizer" --objective causal --preset mini --context 256 \
  --batch 16 --steps 1900 --dropout 0.15 --evaluate-every 380 --precision bf16 --out "$making/bible"
ship bible

"$swiftlet" pretrain --corpus "$glosses" --documents lines --tokenizer "$tokenizer" --objective both --preset mini \
  --context 128 --batch 32 --steps 1600 --mask-share 0.25 --evaluate-every 400 --precision bf16 --out "$making/glosses"
ship glosses

"$swiftlet" finetune --model "$making/glosses" --train "$kinds/train.tsv" --validation "$kinds/validation.tsv" \
  --precision bf16 --out "$making/kinds"
ship kinds

cd "$out"
grep -Ev '/(glosses/model|kinds/(model|ngrams|calibration))\.' "$project/Weights/SHA256SUMS" | sha256sum --check
grep '^| ' "$project/Weights/kinds/README.md"
"$swiftlet" evaluate --model Weights/kinds --data "$kinds/test.tsv" --train "$kinds/train.tsv"
