#!/bin/sh
# Makes text/kjv.txt, the King James Bible, a verse a line and a blank line between chapters, from Debian's packages
# bible-kjv and bible-kjv-text. Runs again at no cost. Needs no root, and no network once the packages are there.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"
. ../debian-package.sh

if [ -s text/kjv.txt ]; then exit 0; fi
data=$(have_package bible-kjv-text usr/lib/bible.data package)
program=$(have_package bible-kjv usr/bin/bible package)
mkdir -p text
"$program/usr/bin/bible" -p "$data/usr/lib" -f 'gen1:1-rev22:21' |
  awk '{ split($1, place, ":"); if (NR > 1 && place[1] != chapter) print ""; chapter = place[1]; sub(/^[^ ]* /, ""); print }' \
    > text/kjv.txt.new
mv text/kjv.txt.new text/kjv.txt
check_sums SHA256SUMS
