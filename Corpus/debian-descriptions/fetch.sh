#!/bin/sh
# Makes text/descriptions.txt and text/sections/{train,validation,test}.tsv from the package lists of this Debian system:
# what each package is, and which section of the archive it belongs to. Needs a network, and root or sudo to fetch the
# English descriptions where the system has not got them. The lists change with Debian, so there is no checksum.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"

if [ -s text/descriptions.txt ] && [ -s text/sections/train.tsv ]; then exit 0; fi
list() {
  /usr/lib/apt/apt-helper cat-file \
    $(apt-get -o Acquire::Languages=en indextargets --format '$(FILENAME)' "$@")
}
if [ -z "$(apt-get -o Acquire::Languages=en indextargets --format '$(FILENAME)' 'Created-By: Translations' 'Language: en' |
  while read -r file; do ls "$file"* 2>/dev/null; done)" ]
then
  echo "$0: fetching Debian's package lists with English descriptions" >&2
  if [ "$(id -u)" = 0 ]; then as_root=''; else as_root='sudo'; fi
  $as_root apt-get -o Acquire::Languages=en update -qq >&2
fi
mkdir -p text.new/sections
list 'Created-By: Packages' > text.new/packages
list 'Created-By: Translations' 'Language: en' > text.new/translations

# One row for each source package and section: packages of one source share their text. The side is chosen by a hash of
# the source's name, so that no text is on two sides.
awk '
  BEGIN { for (i = 0; i < 256; i++) code[sprintf("%c", i)] = i }
  FNR == NR {
    if (/^Description-md5: /) { sum = $2; inside = 0 }
    else if (/^Description-en: /) { sub(/^Description-en: /, ""); text[sum] = $0; inside = 1 }
    else if (/^ / && inside) { if ($1 != ".") { sub(/^ +/, " "); text[sum] = text[sum] $0 } }
    else inside = 0
    next
  }
  /^Package: /         { name = $2; source = name; section = ""; sum = "" }
  /^Source: /          { source = $2 }
  /^Section: /         { section = $2; sub(/.*\//, "", section) }
  /^Description-md5: / { sum = $2 }
  /^$/ {
    row = source SUBSEP section
    if (name != "" && (sum in text) && !(row in seen)) {
      seen[row] = 1
      gsub(/\t/, " ", text[sum])
      hash = 7
      for (j = 1; j <= length(source); j++) hash = (hash * 31 + code[substr(source, j, 1)]) % 1000003
      side = hash % 10 == 8 ? "validation" : hash % 10 == 9 ? "test" : "train"
      print section "\t" text[sum] > ("text.new/sections/" side ".rows")
      if (side == "train") print text[sum] > "text.new/descriptions.txt"
    }
    name = ""
  }' text.new/translations text.new/packages
for side in train validation test; do
  { printf 'label\ttext\n'; cat text.new/sections/$side.rows; } > text.new/sections/$side.tsv
  rm text.new/sections/$side.rows
done
rm -f text.new/packages text.new/translations
rm -rf text
mv text.new text
wc -lc text/descriptions.txt text/sections/*.tsv >&2
