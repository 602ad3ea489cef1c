#!/usr/bin/env python3
"""Makes wordpiece.json and bytelevel.json from lines.txt with Hugging Face's tokenizers, and what they give for its
lines: a JSON object with "ids" and "text" on each line of wordpiece.jsonl and bytelevel.jsonl."""

import json
import os

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

os.chdir(os.path.dirname(os.path.abspath(__file__)))
lines = open("lines.txt", encoding="utf-8", newline="").read().split("\n")[:-1]

bert = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
bert.normalizer = normalizers.BertNormalizer(lowercase=True)
bert.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
bert.decoder = decoders.WordPiece(prefix="##", cleanup=True)
special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
bert.train_from_iterator(lines, trainers.WordPieceTrainer(vocab_size=500, special_tokens=special, show_progress=False))

gpt = Tokenizer(models.BPE())
gpt.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
gpt.decoder = decoders.ByteLevel()
alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
gpt.train_from_iterator(
    lines, trainers.BpeTrainer(vocab_size=500, special_tokens=["<|endoftext|>"], initial_alphabet=alphabet, show_progress=False))
gpt.add_tokens([AddedToken("quoted,", normalized=False)])

for name, tokenizer in (("wordpiece", bert), ("bytelevel", gpt)):
    tokenizer.save(name + ".json", pretty=False)
    with open(name + ".jsonl", "w", encoding="utf-8") as file:
        for line in lines:
            # The names of special tokens in a text are text for Swiftlet.
            for token in special + ["<|endoftext|>"]:
                line = line.replace(token, "")
            ids = tokenizer.encode(line, add_special_tokens=False).ids
            text = tokenizer.decode(ids, skip_special_tokens=False)
            file.write(json.dumps({"input": line, "ids": ids, "text": text}, ensure_ascii=True) + "\n")
