"""Writes bidirectional.safetensors into the fixtures of causal models: what they compute where every token sees all.

    python3 make_bidirectional.py       # after make_fixtures.py; needs torch, transformers and safetensors

The same weights and tokens as in expected.safetensors; an additive attention mask of zeros, [1, 1, T, T], stands in the
place of the causal one.
"""
import os

import torch
import transformers
from safetensors.torch import load_file, save_file

HERE = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)

for name in ("gpt2", "llama"):
    folder = os.path.join(HERE, name)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager").eval()
    given = load_file(os.path.join(folder, "expected.safetensors"))
    tokens, rows, start = given["tokens"].long(), [], 0
    for length in given["lengths"].long().tolist():
        with torch.no_grad():
            rows.append(model(input_ids=tokens[None, start:start + length],
                              attention_mask=torch.zeros(1, 1, length, length)).logits[0])
        start += length
    logits = torch.cat(rows).contiguous()
    assert (logits - given["logits"]).abs().max() > 0.1, "the mask changed nothing"
    save_file({"logits": logits}, os.path.join(folder, "bidirectional.safetensors"))
