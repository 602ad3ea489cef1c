"""Compares models that this package wrote as GGUF with llama.cpp.

    python3 check_gguf.py PROGRAM TEXT        # needs xllamacpp, sentencepiece and tokenizers

Small models of the shapes of Llama, Qwen3 and GPT-2 are trained on the text for some steps, with vocabularies of every kind that is not
refused; each is written as f32, f16, bf16 and q8_0. llama.cpp must cut 10,000 lines of the text and hard texts into the
same tokens, and go on from prompts with the same greedy text; the same file, read here again, is the other side, so that
both compute with the same rounded numbers. Vocabularies that are refused must differ there, which is why they are.
"""
import os
import sys
import tempfile

import tokenizers

import texts
from llama_cpp import LlamaCpp
from program import Program

PLAIN = ["byte_fallback=false"]
NORMALIZED = ["byte_fallback=false", "normalization_rule_name=nmt_nfkc", "user_defined_symbols="]
VOCABULARIES = {
    "bpe": ("bpe", []), "bpe with a prefix": ("bpe", ["add_dummy_prefix=true"]),
    "bpe without a prefix": ("bpe", ["add_dummy_prefix=false"]),
    "bpe with symbols": ("bpe", ["user_defined_symbols=@,#"]), "bpe with digits apart": ("bpe", ["split_digits=true"]),
    "unigram": ("unigram", PLAIN + ["add_dummy_prefix=false"]),
    "unigram, normalized": ("unigram", NORMALIZED + ["add_dummy_prefix=false"]),
    "unigram, normalized, words": (
        "unigram", NORMALIZED + ["add_dummy_prefix=true", "remove_extra_whitespaces=true"]),
    "characters": ("char", []), "byte-level bpe": ("byte-level", []),
}
# Of each type, how near two choices may be to count as even: sums run in another order there, and of 8-bit weights llama.cpp
# rounds the other factor to 8 bits, too.
EVEN = {"f32": 1e-3, "f16": 1e-2, "bf16": 1e-2, "q8_0": 5e-2}
TYPES = list(EVEN)
PROMPTS = ["And God said", "The", "he went\nand", "  2 \u00e9"]


def train(program, folder, text, name, kind, options):
    path = os.path.join(folder, "tokenizer-" + name.replace(" ", "-"))
    if kind == "byte-level":
        byte_level = tokenizers.ByteLevelBPETokenizer()
        byte_level.train([text], vocab_size=800, special_tokens=["<|endoftext|>"], show_progress=False)
        os.makedirs(path)
        byte_level.save_model(path)
        return os.path.join(path, "vocab.json")
    settings = [word for option in options for word in ("--set", option)]
    # Where no byte stands for a character that has no piece, each needs one.
    characters = 0 if "byte_fallback=false" not in options else len(set(open(text, encoding="utf-8").read()))
    size = [] if kind == "char" else ["--vocab-size", 800 + characters]
    program.run("tokenizer", "train", "--corpus", text, "--model", kind, *size, *settings, "--out", path + ".model")
    return path + ".model"


def pretrain(program, folder, text, tokenizer, family, steps):
    shape = ["--family", "llama", "--head-norms"] if family == "qwen3" else ["--family", family]
    path = os.path.join(folder, f"{os.path.basename(os.path.dirname(tokenizer) if tokenizer.endswith('json') else tokenizer)}-{family}")
    program.run(
        "pretrain", "--corpus", text, "--tokenizer", tokenizer, "--objective", "causal", "--preset",
        "nano", "--width", 64, "--heads", 4, "--context", 64, "--steps", steps, "--batch", 16, "--out", path, *shape)
    return path


def tokens_alike(program, model, server, chosen):
    ours = program.encode(model, chosen)
    return [(line, found, expected) for line, found in zip(chosen, ours)
            if (expected := server.tokenize(line)) != found]


def greedy_alike(program, folder, server, even, count=24):
    """How many prompts are continued alike, up to a place where the two best choices of llama.cpp are nearly even."""
    alike, notes = 0, []
    for prompt in PROMPTS:
        begin = server.ask("/tokenize", {"content": prompt, "add_special": True})["tokens"]
        theirs, _, choices = server.greedy(begin, count, choices=2)
        ours = program.objects(
            "generate", "--model", folder, "--prompt", prompt, "--temperature", 0, "--max-tokens", count)[0]["text"]
        margins = [step["top_logprobs"][0]["logprob"] - step["top_logprobs"][1]["logprob"] for step in choices]
        sure = next((step for step, margin in enumerate(margins) if margin < even), len(choices))
        if sure < len(choices):
            theirs = bytes(byte for step in choices[:sure] for byte in step["bytes"]).decode("utf-8", "replace")
            ours = ours[:len(theirs.rstrip("\ufffd"))]
        # Where the end cuts a character apart, llama.cpp shows the part and we leave it out.
        if ours.rstrip("\ufffd") == theirs.rstrip("\ufffd"):
            alike += 1
        else:
            notes.append(f"{prompt!r}: {ours!r} instead of {theirs!r}; margins {[round(margin, 4) for margin in margins]}")
    return alike, notes


def main():
    program, text = Program(sys.argv[1]), sys.argv[2]
    # Texts with NUL cannot be arguments; empty ones are nothing for llama.cpp.
    chosen = [line for line in texts.lines(text, 10_000) + texts.hard(1_000) if line]
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, (kind, options)) in enumerate(VOCABULARIES.items()):
            tokenizer = train(program, folder, text, name, kind, options)
            # The first has everything; of the others the vocabulary is the question.
            families = ["llama", "qwen3", "gpt2"] if number == 0 or kind == "byte-level" else ["llama"]
            for family in families:
                model = pretrain(program, folder, text, tokenizer, family, 150 if number == 0 else 1)
                for quantization in TYPES if number == 0 else TYPES[:1]:
                    path = f"{model}-{quantization}.gguf"
                    program.run("convert", model, path, "--to", "gguf", "--quantize", quantization)
                    program.run("convert", path, path + "-again", "--to", "hf")
                    server = LlamaCpp(path)
                    line = f"{family}, {name}, {quantization}:"
                    if quantization == "f32":
                        wrong = tokens_alike(program, model, server, chosen)
                        failed = failed or bool(wrong)
                        line += f" {len(chosen) - len(wrong)} of {len(chosen)} texts have the same tokens;"
                        for text_, found, expected in wrong[:3]:
                            line += f"\n  {text_!r}: {found} instead of {expected}\n "
                    if number == 0:
                        alike, notes = greedy_alike(program, path + "-again", server, EVEN[quantization])
                        failed = failed or bool(notes)
                        line += f" {alike} of {len(PROMPTS)} greedy continuations are alike"
                        line += "".join("\n  " + note for note in notes)
                    print(line, flush=True)
                    del server
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
