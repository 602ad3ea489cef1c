#!/bin/sh
# Makes text/glosses.txt and text/kinds/{train,validation,test}.tsv from WordNet 3.0, Debian's package wordnet-base.
# Runs again at no cost: what is there stays. Needs no root, and no network once the package is there.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"
. ../debian-package.sh

if [ -s text/glosses.txt ] && [ -s text/kinds/train.tsv ] && [ -s text/kinds/validation.tsv ] && [ -s text/kinds/test.tsv ]
then
  exit 0
fi
root=$(have_package wordnet-base usr/share/wordnet/data.noun package)
wordnet=$root/usr/share/wordnet
mkdir -p text.new/kinds

# A gloss goes to the training set, the validation set or the test set by a hash of its words, so that the same gloss is
# never on two sides; one that has two kinds is left out. Of a gloss, the part before its examples is the text.
awk -F ' [|] ' '
  BEGIN {
    for (i = 0; i < 256; i++) code[sprintf("%c", i)] = i
    kind["05"] = "animal"; kind["06"] = "artifact"; kind["08"] = "body"; kind["13"] = "food"
    kind["15"] = "location"; kind["18"] = "person"; kind["20"] = "plant"; kind["27"] = "substance"
  }
  /^[0-9]/ {
    split($1, field, " ")
    if (!(field[2] in kind)) next
    gloss = $2; sub(/; ".*/, "", gloss); gsub(/[\t ]+/, " ", gloss); sub(/^ /, "", gloss); sub(/ $/, "", gloss)
    key = tolower(gloss); gsub(/[^a-z0-9]+/, " ", key)
    if (gloss == "") next
    if (!(key in first)) { first[key] = kind[field[2]]; text[key] = gloss; order[++count] = key }
    else if (first[key] != kind[field[2]]) first[key] = "two"
  }
  END {
    for (i = 1; i <= count; i++) {
      key = order[i]
      if (first[key] == "two") continue
      hash = 7
      for (j = 1; j <= length(key); j++) hash = (hash * 31 + code[substr(key, j, 1)]) % 1000003
      side = hash % 10 == 8 ? "validation" : hash % 10 == 9 ? "test" : "train"
      print first[key] "\t" text[key] > ("text.new/kinds/" side ".rows")
    }
  }' "$wordnet/data.noun"
for side in train validation test; do
  { printf 'label\ttext\n'; cat text.new/kinds/$side.rows; } > text.new/kinds/$side.tsv
  rm text.new/kinds/$side.rows
done

# The text to pretrain on: a line for each entry, its words and its gloss; without those of the validation and test rows.
cat "$wordnet/data.noun" "$wordnet/data.verb" "$wordnet/data.adj" "$wordnet/data.adv" |
  awk -F ' [|] ' '
    FILENAME != "-" { split($0, row, "\t"); held[row[2]] = 1; next }
    /^[0-9]/ {
      split($1, field, " ")
      gloss = $2; gsub(/[\t ]+/, " ", gloss); sub(/^ /, "", gloss); sub(/ $/, "", gloss)
      short = gloss; sub(/; ".*/, "", short)
      if (short in held || gloss == "") next
      # The count of words is a hexadecimal number of two digits.
      words = index("0123456789abcdef", substr(field[4], 1, 1)) * 16 - 16 + index("0123456789abcdef", substr(field[4], 2, 1)) - 1
      line = ""
      for (i = 0; i < words; i++) {
        word = field[5 + 2 * i]; sub(/\((p|a|ip)\)$/, "", word); gsub(/_/, " ", word)
        line = line (i ? ", " : "") word
      }
      print line ": " gloss
    }' text.new/kinds/validation.tsv text.new/kinds/test.tsv - > text.new/glosses.txt

rm -rf text
mv text.new text
check_sums SHA256SUMS
