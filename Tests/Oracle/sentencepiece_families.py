"""SentencePiece models as the families of Hugging Face's library have them, and the identifiers that it gives.

make(folder, text) trains one small model for each family and writes it as the family's own repositories do: the model
under its name, and a tokenizer_config.json. Needs sentencepiece, transformers and protobuf.
"""
import json
import os

import sentencepiece

FAMILIES = {
    "llama": dict(
        file="tokenizer.model", tokenizer_class="LlamaTokenizer", model_type="bpe", byte_fallback=True,
        normalization_rule_name="identity", remove_extra_whitespaces=False, unk_id=0, bos_id=1, eos_id=2),
    "xlm-roberta": dict(
        file="sentencepiece.bpe.model", tokenizer_class="XLMRobertaTokenizer", model_type="unigram",
        normalization_rule_name="nmt_nfkc", unk_id=0, bos_id=1, eos_id=2),
    "camembert": dict(
        file="sentencepiece.bpe.model", tokenizer_class="CamembertTokenizer", model_type="unigram",
        normalization_rule_name="nmt_nfkc", unk_id=0, bos_id=1, eos_id=2),
    "t5": dict(
        file="spiece.model", tokenizer_class="T5Tokenizer", model_type="unigram",
        normalization_rule_name="nmt_nfkc", pad_id=0, eos_id=1, unk_id=2, bos_id=-1),
    "albert": dict(
        file="spiece.model", tokenizer_class="AlbertTokenizer", model_type="unigram",
        normalization_rule_name="nmt_nfkc", pad_id=0, unk_id=1, bos_id=2, eos_id=3, bos_piece="[CLS]",
        eos_piece="[SEP]", control_symbols=["[MASK]"]),
}


def make(folder, text, vocab_size=6000):
    """Writes a folder for each family; returns their paths by name."""
    paths = {}
    for name, options in FAMILIES.items():
        path = os.path.join(folder, name)
        os.makedirs(path, exist_ok=True)
        training = {key: value for key, value in options.items() if key not in ("file", "tokenizer_class")}
        with open(os.path.join(path, options["file"]), "wb") as model:
            sentencepiece.SentencePieceTrainer.train(
                input=text, model_writer=model, vocab_size=vocab_size, hard_vocab_limit=False, minloglevel=2,
                character_coverage=0.999, **training)
        with open(os.path.join(path, "tokenizer_config.json"), "w") as file:
            json.dump({"tokenizer_class": options["tokenizer_class"]}, file)
        paths[name] = path
    return paths
