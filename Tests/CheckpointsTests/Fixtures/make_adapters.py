"""Writes the fixtures of AdapterFolderTests: adapters that PEFT made, and what PyTorch computes with them.

    python3 make_adapters.py            # needs torch, transformers, peft and safetensors

Their bases are the random models among the fixtures of TransformersTests. B is drawn, too, so that it matters. Each folder
gets expected.safetensors: tokens of some sequences one behind the other, their lengths, and logits.
"""
import json
import os

import peft
import torch
import transformers
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
BASES = "../../../TransformersTests/Fixtures"
SEQUENCES = [[1, 9, 30, 4, 2], [1, 17, 2], [1, 40, 41, 42, 5, 6, 7, 2]]
CASES = {
    # PEFT adds "classifier" and "score" itself; the base has no pooler, so it must come along.
    "adapter-bert": ("bert", transformers.AutoModelForSequenceClassification, dict(num_labels=3), dict(
        task_type="SEQ_CLS", r=2, lora_alpha=6, lora_dropout=0.1, target_modules=["query", "value", "intermediate.dense"],
        modules_to_save=["classifier", "pooler"])),
    "adapter-gpt2": ("gpt2", transformers.AutoModelForCausalLM, {}, dict(
        task_type="CAUSAL_LM", r=3, lora_alpha=4, use_rslora=True, fan_in_fan_out=True,
        target_modules=["c_attn", "mlp.c_proj"])),
    "adapter-llama": ("llama", transformers.AutoModelForCausalLM, {}, dict(
        task_type="CAUSAL_LM", r=2, lora_alpha=2, target_modules="all-linear", rank_pattern={"q_proj": 1})),
}

for name, (base, kind, options, settings) in CASES.items():
    torch.manual_seed(5)
    path = os.path.join(HERE, name)
    model = kind.from_pretrained(os.path.normpath(os.path.join(HERE, name, BASES, base)), **options)
    model = peft.get_peft_model(model, peft.LoraConfig(**settings))
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if parameter.requires_grad:
                parameter.copy_(0.3 * torch.randn_like(parameter))
    model.eval()
    model.save_pretrained(path)
    os.remove(os.path.join(path, "README.md"))
    # A path that holds wherever the repository lies.
    file = os.path.join(path, "adapter_config.json")
    content = json.load(open(file))
    content["base_model_name_or_path"] = f"{BASES}/{base}"
    json.dump(content, open(file, "w"), indent=2, sort_keys=True)
    with torch.no_grad():
        rows = [model(input_ids=torch.tensor([tokens])).logits[0] for tokens in SEQUENCES]
    rows = [row if row.dim() == 2 else row[None] for row in rows]
    save_file({
        "tokens": torch.tensor(sum(SEQUENCES, []), dtype=torch.float32),
        "lengths": torch.tensor([len(tokens) for tokens in SEQUENCES], dtype=torch.float32),
        "expected": torch.cat(rows).contiguous(),
    }, os.path.join(path, "expected.safetensors"))
