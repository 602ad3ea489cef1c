# Sourced by the recipes: where the files of a Debian package are, installed or only unpacked.

# have_package PACKAGE FILE FOLDER: prints the root under which FILE of PACKAGE stands: / if the package is installed,
# otherwise FOLDER, into which it is downloaded and unpacked; no root is needed.
have_package() {
  if [ -e "/$2" ]; then
    echo /
  elif [ -e "$3/$2" ]; then
    echo "$3"
  else
    command -v apt-get >/dev/null || {
      echo "$0: this system has no apt-get; please put /$2 of Debian's package $1 in place" >&2
      return 69
    }
    mkdir -p "$3"
    echo "$0: downloading Debian's package $1" >&2
    # Where the lists of packages were never fetched, that comes first; it needs root.
    (cd "$3" && apt-get download -qq "$1" >/dev/null 2>&1) || {
      if [ "$(id -u)" = 0 ]; then apt-get update -qq >&2; else sudo apt-get update -qq >&2; fi
      (cd "$3" && apt-get download -qq "$1" >&2)
    } || {
      echo "$0: Debian's package $1 could not be downloaded; is there a network?" >&2
      return 69
    }
    for archive in "$3/$1"_*.deb; do dpkg -x "$archive" "$3"; done
    rm -f "$3/$1"_*.deb
    echo "$3"
  fi
}

# check_sums MANIFEST: says which of the files listed there differ; another version of a package is no error.
check_sums() {
  if sha256sum --check --quiet "$1" >/dev/null 2>&1; then
    echo "$0: all files are as the recipe's author had them" >&2
  else
    echo "$0: note: some files differ from those that the recipe's author had (another version of the package?):" >&2
    sha256sum --check --quiet "$1" 2>/dev/null | sed 's/^/  /' >&2
    sed 's/.* //' "$1" | xargs wc -lc >&2
  fi
}
