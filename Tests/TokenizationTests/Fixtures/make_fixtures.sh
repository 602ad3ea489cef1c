#!/bin/sh
# Makes the models and identifiers beside this script from lines.txt, with the programs of SentencePiece 0.1.97
# (Debian's package "sentencepiece"): what encoding must give is theirs, not ours.
set -e
cd "$(dirname "$0")"
newline='
'
for type in unigram bpe; do
  spm_train --input=lines.txt --model_prefix=$type --model_type=$type --vocab_size=700 \
    --character_coverage=0.98 --byte_fallback=true --normalization_rule_name=identity \
    --remove_extra_whitespaces=false --pad_id=3 --control_symbols='<mask>' \
    --user_defined_symbols="$newline" --minloglevel=2
  rm $type.vocab
  spm_encode --model=$type.model --output_format=id < lines.txt > $type.ids
  spm_decode --model=$type.model --input_format=id < $type.ids > $type.decoded
done
