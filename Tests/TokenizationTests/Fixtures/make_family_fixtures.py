"""Writes Fixtures/families: small SentencePiece models as the families of Hugging Face's library have them.

    python3 make_family_fixtures.py       # needs sentencepiece, transformers and protobuf

One folder a family: the model under the name that its repositories give it, tokenizer_config.json, and cases.jsonl, texts
with the identifiers of transformers. The models leave characters as they are, because a table for them is large.
"""
import json
import os

import sentencepiece
import transformers

transformers.logging.set_verbosity_error()
HERE = os.path.dirname(os.path.abspath(__file__))
FAMILIES = {
    "xlm-roberta": ("sentencepiece.bpe.model", "XLMRobertaTokenizer", dict(unk_id=0, bos_id=1, eos_id=2), {}),
    "camembert": ("sentencepiece.bpe.model", "CamembertTokenizer", dict(unk_id=0, bos_id=1, eos_id=2), {}),
    "t5": ("spiece.model", "T5Tokenizer", dict(pad_id=0, eos_id=1, unk_id=2, bos_id=-1), {}),
    "albert": ("spiece.model", "AlbertTokenizer", dict(
        pad_id=0, unk_id=1, bos_id=2, eos_id=3, bos_piece="[CLS]", eos_piece="[SEP]", control_symbols=["[MASK]"]),
        {"keep_accents": True}),
}


def main():
    lines = [line.rstrip("\n") for line in open(os.path.join(HERE, "lines.txt"), encoding="utf-8")]
    texts = [line for line in lines if line][:40]
    texts += ["  two  spaces ", "12, 345, 7,8", "``quoted'' and '''more'''", "UPPER lower \u00c9t\u00e9", "a\u2581b", "x" * 60, "\u6f22"]
    for family, (name, kind, special, more) in FAMILIES.items():
        folder = os.path.join(HERE, "families", family)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, name), "wb") as model:
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=iter(line for line in lines + ["12, 345, 7,8 9,"] * 20 if line), model_writer=model,
                vocab_size=600, hard_vocab_limit=False, minloglevel=2, character_coverage=0.99, num_threads=1,
                normalization_rule_name="identity", **special)
        with open(os.path.join(folder, "tokenizer_config.json"), "w") as file:
            json.dump({"tokenizer_class": kind, **more}, file)
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        # Without a table the class makes one that refuses every text.
        if "precompiled_charsmap=\"\"" in str(tokenizer.backend_tokenizer.normalizer):
            raise SystemExit("this version does not read models without a table")
        with open(os.path.join(folder, "cases.jsonl"), "w", encoding="utf-8") as file:
            for text in texts:
                ids = tokenizer(text, add_special_tokens=False).input_ids
                file.write(json.dumps({"text": text, "ids": ids}, ensure_ascii=False) + "\n")
        marks = ["<s>", "</s>", "<unk>", "<pad>", "<mask>", "[CLS]", "[SEP]", "[MASK]", "<extra_id_0>", "<extra_id_99>"]
        known = {mark: tokenizer.convert_tokens_to_ids(mark) for mark in marks if mark in tokenizer.get_vocab()}
        json.dump({"size": len(tokenizer), "marks": known}, open(os.path.join(folder, "marks.json"), "w"))
        print(family, len(tokenizer), known)


if __name__ == "__main__":
    main()
