"""Parts a small labelled set into five folds, so that every text is tested once; for "Classifiers and n-grams" of Benchmarks.md.

    python3 folds.py SET OUT [SOURCES]

SET has train.tsv, dev.tsv and test.tsv with the header label<TAB>text; their rows are put together. OUT/0 to OUT/4 receive
train.tsv, dev.tsv (a tenth of what is not tested), test.tsv, and text.txt (the texts of train.tsv, one a line, for the
tokenizer and pretraining).

What belongs together comes into one part: texts that share half of their runs of three words (digits alike), or, with
SOURCES (lines of SOURCE_NUMBER<TAB>anything<TAB>text, as vaderSentiment publishes its reviews), texts of one source.
"""
import collections
import hashlib
import os
import random
import re
import sys

FOLDS = 5
NAMES = ("train", "dev", "test")


def rows_of(folder):
    rows = []
    for name in NAMES:
        with open(os.path.join(folder, name + ".tsv"), encoding="utf-8") as file:
            rows += [tuple(line.split("\t", 1)) for line in file.read().split("\n")[1:] if line]
    return rows


def near_copies(texts):
    """The number of the first text that is like it, of each."""
    parent = list(range(len(texts)))

    def root(index):
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    runs, places = [], collections.defaultdict(list)
    for index, text in enumerate(texts):
        words = re.findall(r"\w+", re.sub(r"\d", "0", text.lower()))
        runs.append(set(zip(words, words[1:], words[2:])) or {tuple(words)})
        for run in runs[-1]:
            places[run].append(index)
    for index, own in enumerate(runs):
        # A run of hundreds of texts says nothing of them.
        shared = collections.Counter(
            other for run in own if len(places[run]) < 400 for other in places[run] if other < index)
        for other, count in shared.items():
            if 2 * count >= len(own | runs[other]):
                one, two = root(index), root(other)
                parent[max(one, two)] = min(one, two)
    return [root(index) for index in range(len(texts))]


def sources(texts, path):
    def letters(text):
        return re.sub(r"\W+", "", text.lower())

    known = {}
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            number, _, text = line.rstrip("\n").split("\t", 2)
            known[letters(text)] = number.split("_")[0]
    return [known[letters(text)] for text in texts]


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    folder, out = sys.argv[1:3]
    rows = rows_of(folder)
    texts = [text for _, text in rows]
    groups = sources(texts, sys.argv[3]) if len(sys.argv) > 3 else near_copies(texts)
    name = os.path.basename(os.path.normpath(folder))
    order = sorted(set(groups), key=lambda group: hashlib.sha256(f"{name}{group}".encode()).digest())
    fold = {group: number % FOLDS for number, group in enumerate(order)}
    tenth = {group: number // FOLDS % 10 for number, group in enumerate(order)}
    for number in range(FOLDS):
        place = os.path.join(out, str(number))
        os.makedirs(place, exist_ok=True)
        parts = {part: [] for part in NAMES}
        for row, group in zip(rows, groups):
            parts["test" if fold[group] == number else "dev" if tenth[group] == 0 else "train"].append(row)
        for part, chosen in parts.items():
            random.Random(number).shuffle(chosen)
            with open(os.path.join(place, part + ".tsv"), "w", encoding="utf-8") as file:
                file.write("label\ttext\n" + "".join(f"{label}\t{text}\n" for label, text in chosen))
        with open(os.path.join(place, "text.txt"), "w", encoding="utf-8") as file:
            file.writelines(text.strip() + "\n" for _, text in parts["train"])
        print(number, {part: len(chosen) for part, chosen in parts.items()})


main()
