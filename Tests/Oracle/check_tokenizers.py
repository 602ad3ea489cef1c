"""Compares the tokenizers of others, as this package reads them, with transformers.

    python3 check_tokenizers.py PROGRAM TEXT       # needs transformers, tokenizers, sentencepiece and protobuf

Small tokenizers are trained on the text: SentencePiece models as Llama, ALBERT, T5, XLM-RoBERTa and CamemBERT have them,
BERT's vocab.txt, GPT-2's and RoBERTa's vocab.json with merges.txt, and the same two as tokenizer.json. Identifiers must be
equal on at most 10,000 lines of the text and 2,000 texts that are hard on purpose.

Of Llama's, texts that begin with a space or ▁ are compared with SentencePiece itself: transformers puts no space before
those, unlike SentencePiece and llama.cpp. Of unigram models, two ways to cut a text may have one score (a run of equal
characters); SentencePiece adds scores in 32 bits and transformers in 64, so they choose by chance. And transformers reads
the models' tables of characters in its own way: it loses an accent behind a character that has an entry, and does not put
Korean syllables together again that ALBERT's preparation takes apart, both unlike SentencePiece. Those are counted apart.

Of ALBERT's, texts with accents that are newer than the tables of the package tokenizers are left out.
"""
import json
import os
import sys
import tempfile
import unicodedata

import sentencepiece
import tokenizers
import transformers

import sentencepiece_families
import texts
from program import Program

transformers.logging.set_verbosity_error()


def word_lists(folder, text):
    """BERT's, GPT-2's and RoBERTa's files."""
    paths = {}
    bert = tokenizers.BertWordPieceTokenizer()
    bert.train([text], vocab_size=3000, show_progress=False)
    for name, config in (("bert", {}), ("bert-cased", {"do_lower_case": False})):
        paths[name] = os.path.join(folder, name)
        os.makedirs(paths[name])
        bert.save_model(paths[name])
        json.dump({"tokenizer_class": "BertTokenizer", **config}, open(os.path.join(paths[name], "tokenizer_config.json"), "w"))
    special = {"gpt2": ["<|endoftext|>"], "roberta": ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]}
    for name, kind in (("gpt2", "GPT2Tokenizer"), ("roberta", "RobertaTokenizer")):
        paths[name] = os.path.join(folder, name)
        os.makedirs(paths[name])
        byte_level = tokenizers.ByteLevelBPETokenizer()
        byte_level.train([text], vocab_size=3000, special_tokens=special[name], show_progress=False)
        byte_level.save_model(paths[name])
        json.dump({"tokenizer_class": kind}, open(os.path.join(paths[name], "tokenizer_config.json"), "w"))
    for name in ("bert", "gpt2", "roberta"):
        paths[name + "-json"] = os.path.join(folder, name + "-json")
        transformers.AutoTokenizer.from_pretrained(paths[name]).save_pretrained(paths[name + "-json"])
    return paths


def is_tie(library, one, other):
    """Whether two lists of pieces have the same text, and the same score but for rounding."""
    if "".join(one) != "".join(other):
        return False
    scores = [sum(library.get_score(library.piece_to_id(piece)) for piece in pieces) for pieces in (one, other)]
    return abs(scores[0] - scores[1]) <= 1e-5 * max(1, abs(scores[0]))


def pieces_of_library(name, library, line):
    """What SentencePiece itself finds, in a text prepared as ALBERT's authors do."""
    if name == "albert":
        line = unicodedata.normalize("NFKD", line.replace("``", '"').replace("''", '"'))
        line = "".join(c for c in line if not unicodedata.combining(c)).lower()
    return [library.id_to_piece(i) for i in library.encode(line)]


def has_new_accent(line):
    strip = tokenizers.normalizers.StripAccents()
    return any(unicodedata.category(c) == "Mn" and strip.normalize_str(c) for c in unicodedata.normalize("NFKD", line))


def main():
    program, text = Program(sys.argv[1]), sys.argv[2]
    lines = texts.lines(text, 10_000) + texts.hard(2_000)
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        paths = sentencepiece_families.make(folder, text) | word_lists(folder, text)
        for name, path in paths.items():
            theirs = transformers.AutoTokenizer.from_pretrained(path)
            special = set(theirs.all_special_tokens) | set(theirs.get_added_vocab())
            # The names of special tokens in a text are these tokens there.
            chosen = [line for line in lines if not any(token in line for token in special)]
            if name == "albert":
                chosen = [line for line in chosen if not has_new_accent(line)]
            ours = program.encode(path, chosen)
            library = None
            if name in sentencepiece_families.FAMILIES:
                file = os.path.join(path, sentencepiece_families.FAMILIES[name]["file"])
                library = sentencepiece.SentencePieceProcessor(model_file=file)
            wrong, ties, kept = [], 0, 0
            for line, found in zip(chosen, ours):
                if name == "llama" and line[:1] in (" ", "\u2581"):
                    expected = library.encode(line)
                else:
                    expected = theirs(line, add_special_tokens=False).input_ids
                if found == expected:
                    continue
                pieces = [theirs.convert_ids_to_tokens(ids) for ids in (found, expected)]
                if library is None or name == "llama":
                    wrong.append((line, found, expected))
                elif is_tie(library, *pieces):
                    ties += 1
                elif is_tie(library, pieces[0], pieces_of_library(name, library, line)):
                    kept += 1
                else:
                    wrong.append((line, found, expected))
            failed = failed or bool(wrong)
            print(f"{name}: {len(chosen) - len(wrong) - ties - kept} of {len(chosen)} texts alike"
                  + (f", {ties} cut in two ways of equal score" if ties else "")
                  + (f", {kept} as SentencePiece has them and transformers has not" if kept else ""))
            for line, found, expected in wrong[:3]:
                print(f"  {line!r}: {found} instead of {expected}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
