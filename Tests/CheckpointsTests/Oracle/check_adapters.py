"""Loads adapters that this package trained in PEFT as they stand, and compares what they answer.

    python3 check_adapters.py PROGRAM ADAPTER TEXTS      # needs torch, transformers and peft

PROGRAM is the built command, ADAPTER a folder that `finetune --lora` wrote, TEXTS a file with a text a line. PEFT must
find every tensor; the largest difference of a probability may be 1e-4. Ends with status 1 if anything differs.
"""
import json
import subprocess
import sys

import peft
import torch
import transformers
from safetensors import safe_open

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()

TOLERANCE = 1e-4


def main():
    program, folder, texts = sys.argv[1:]
    lines = [line.rstrip("\n") for line in open(texts, encoding="utf-8")]
    # N-grams that answer beside the network are in no adapter.
    out = subprocess.run([program, "classify", "--model", folder, "--network-alone", "--json", "--threads", "1"], check=True,
                         input="".join(line + "\n" for line in lines), capture_output=True, text=True).stdout
    ours = [json.loads(line)["scores"] for line in out.splitlines()]
    config = transformers.AutoConfig.from_pretrained(folder)
    base = peft.PeftConfig.from_pretrained(folder).base_model_name_or_path
    tokenizer = transformers.AutoTokenizer.from_pretrained(base)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(base, config=config)
    model = peft.PeftModel.from_pretrained(model, folder).eval()
    problems = []
    with safe_open(f"{folder}/adapter_model.safetensors", "pt") as file:
        wanted = peft.get_peft_model_state_dict(model)
        if set(wanted) != set(file.keys()):
            problems.append(f"other tensors: {sorted(set(wanted) ^ set(file.keys()))}")
    largest = 0.0
    causal = config.model_type in ("gpt2", "llama")
    with torch.no_grad():
        for line, scores in zip(lines, ours, strict=True):
            # Of a text that is too long, the beginning counts, with the tokens that stand around it.
            longest = tokenizer.model_max_length - (1 if causal else 0)
            tokens = tokenizer(line, truncation=True, max_length=longest).input_ids
            if causal and tokens[-1] != tokenizer.eos_token_id:
                # A causal classifier answers at the token that ends the text.
                tokens.append(tokenizer.eos_token_id)
            theirs = model(input_ids=torch.tensor([tokens])).logits.softmax(-1)[0]
            for label, score in scores.items():
                largest = max(largest, abs(theirs[config.label2id[label]].item() - score))
    if not largest <= TOLERANCE:
        problems.append("the answers differ")
    print(f"{folder}: {len(lines)} texts, largest difference {largest:.2e}, peft {peft.__version__}")
    for problem in problems:
        print("  " + problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
