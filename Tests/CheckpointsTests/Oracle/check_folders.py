"""Loads model folders that this package wrote in transformers as they stand, and compares the numbers.

    SWIFTLET_ORACLE_FOLDER=/tmp/folders swift test -c release --filter OracleFoldersTests
    python3 check_folders.py /tmp/folders      # needs torch, transformers and safetensors

Each folder has, besides the model, expected.safetensors: tokens of some sequences one behind the other, their lengths,
and what this package computed (logits, scores, or hidden states). from_pretrained must find every weight and need none
that is not there; the largest difference may be 1e-4. Ends with status 1 if anything differs.
"""
import os
import sys

import torch
import transformers
from safetensors.torch import load_file

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()

TOLERANCE = 1e-4
CLASSES = {
    "none": transformers.AutoModel,
    "causalLanguage": transformers.AutoModelForCausalLM,
    "maskedLanguage": transformers.AutoModelForMaskedLM,
    "maskedLanguageAndNextSentence": transformers.AutoModelForPreTraining,
    "sequenceClassification": transformers.AutoModelForSequenceClassification,
    "tokenClassification": transformers.AutoModelForTokenClassification,
}
TEXTS = ["the quick brown fox 7", "  two  spaces ", "lazy dog\nnext line", "unseen: é漢😀 \t!", ""]


def results(model, head, sequences):
    rows = []
    for tokens in sequences:
        out = model(input_ids=torch.tensor([tokens]))
        if head == "none":
            rows.append(out.last_hidden_state[0])
        elif head == "maskedLanguageAndNextSentence":
            rows.append(out.prediction_logits[0])
        else:
            rows.append(out.logits[0] if head != "sequenceClassification" else out.logits)
    return torch.cat(rows)


def check(folder, head):
    problems = []
    model, info = CLASSES[head].from_pretrained(folder, output_loading_info=True)
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        # A trunk's pooler is not part of the trunk that this package trains.
        names = [name for name in info[kind] if not (head == "none" and "pooler." in str(name))]
        if names:
            problems.append(f"{kind}: {sorted(names)}")
    model.eval()
    data = load_file(os.path.join(folder, "expected.safetensors"))
    tokens, lengths = data["tokens"].long().tolist(), data["lengths"].long().tolist()
    sequences, start = [], 0
    for length in lengths:
        sequences.append(tokens[start:start + length])
        start += length
    with torch.no_grad():
        found = results(model, head, sequences)
    difference = (found - data["expected"]).abs().max().item() if found.shape == data["expected"].shape else float("inf")
    if not difference <= TOLERANCE:
        problems.append(f"largest difference {difference}, shapes {tuple(found.shape)} {tuple(data['expected'].shape)}")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    for text in TEXTS:
        back = tokenizer.decode(tokenizer(text).input_ids, skip_special_tokens=True)
        if back != text:
            problems.append(f"the tokenizer gives {back!r} for {text!r}")
    if tokenizer.convert_tokens_to_ids(tokenizer.bos_token) != model.config.bos_token_id:
        problems.append("the tokenizer and the configuration disagree about the first token")
    return difference, problems


def main():
    folder = sys.argv[1]
    failed = False
    names = sorted(name for name in os.listdir(folder) if os.path.isdir(os.path.join(folder, name)))
    for name in names:
        difference, problems = check(os.path.join(folder, name), name.split("-")[1])
        failed = failed or bool(problems)
        print(f"{name}: largest difference {difference:.2e}" + "".join(f"\n  {problem}" for problem in problems))
    print(f"{len(names)} folders, transformers {transformers.__version__}")
    sys.exit(1 if failed or not names else 0)


if __name__ == "__main__":
    main()
