#!/usr/bin/env python3
"""Compares a tokenizer folder with what Hugging Face's transformers makes of it.

usage: compare_transformers.py FOLDER CASES.jsonl [TEMPLATE]

FOLDER holds tokenizer.json and tokenizer_config.json. Each line of CASES is an object with the keys "text", "ids" and
"decoded": what Swiftlet gives. TEMPLATE is plain, causal, bert or roberta: with it the special tokens around a text
and around a pair are checked, too. Ends with 0 if nothing differs.
"""

import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
from transformers import AutoTokenizer


def expected(template, bos, eos, a, b=None):
    """Identifiers and segments of a text, or of a pair, with its special tokens."""
    if template == "causal":
        ids = [bos] + a + (b or [])
        return ids, [0] * len(ids)
    first = [bos] + a + [eos]
    if b is None:
        return first, [0] * len(first)
    second = b + [eos]
    if template == "bert":
        return first + second, [0] * len(first) + [1] * len(second)
    return first + [eos] + second, [0] * (len(first) + 1 + len(second))


def main():
    folder, cases = sys.argv[1], [json.loads(line) for line in open(sys.argv[2], encoding="utf-8")]
    template = sys.argv[3] if len(sys.argv) > 3 else "plain"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    wrong = 0
    for case in cases:
        ids = tokenizer.encode(case["text"], add_special_tokens=False)
        decoded = tokenizer.decode(case["ids"], clean_up_tokenization_spaces=False)
        if ids != case["ids"] or decoded != case["decoded"]:
            wrong += 1
            if wrong <= 5:
                print("differs:", repr(case["text"]), file=sys.stderr)
                print("  here  ", case["ids"][:40], repr(case["decoded"]), file=sys.stderr)
                print("  theirs", ids[:40], repr(decoded), file=sys.stderr)
                print("        ", tokenizer.convert_ids_to_tokens(ids)[:40], file=sys.stderr)
    if template != "plain":
        bos, eos = tokenizer.bos_token_id, tokenizer.eos_token_id
        if template in ("bert", "roberta"):
            bos, eos = tokenizer.cls_token_id, tokenizer.sep_token_id
        for one, two in list(zip(cases, cases[1:]))[:200]:
            # transformers takes an empty second text for none.
            for pair in (None, two) if two["text"] else (None,):
                got = tokenizer(one["text"], pair["text"] if pair else None, return_token_type_ids=True)
                want = expected(template, bos, eos, one["ids"], pair["ids"] if pair else None)
                if (got["input_ids"], got["token_type_ids"]) != want:
                    wrong += 1
                    print("template differs:", got, want, file=sys.stderr)
    print(json.dumps({"cases": len(cases), "differing": wrong}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
