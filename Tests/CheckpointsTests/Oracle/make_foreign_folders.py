"""Writes model folders as transformers and its older versions write them, each with the numbers that it computes.

    python3 make_foreign_folders.py /tmp/foreign      # needs torch, transformers and safetensors
    SWIFTLET_FOREIGN_FOLDER=/tmp/foreign swift test -c release --filter OracleForeignTests

Every class of gpt2, bert, roberta and llama that is read; fp16 and bf16; shards; old names (gamma and beta, no prefix),
buffers, tied heads under both names; keys of config.json in the spelling of version 4; and configurations that must be
refused, each with refused.txt, the key that the message must name.
"""
import json
import os
import shutil
import sys

import torch
import transformers as t
from safetensors.torch import load_file, save_file

t.logging.set_verbosity_error()
t.logging.disable_progress_bar()
torch.set_num_threads(1)

VOCABULARY = 60
gpt2 = dict(vocab_size=VOCABULARY, n_embd=16, n_layer=2, n_head=2, n_positions=20, bos_token_id=1, eos_token_id=2)
llama = dict(vocab_size=VOCABULARY, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=32)
bert = dict(vocab_size=VOCABULARY, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
            max_position_embeddings=24)
llama3 = dict(rope_type="llama3", factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=8)
labels = dict(num_labels=3)

CASES = {
    "gpt2": (t.GPT2LMHeadModel, t.GPT2Config(**gpt2)),
    "gpt2-inner": (t.GPT2LMHeadModel, t.GPT2Config(n_inner=20, activation_function="relu", **gpt2)),
    "gpt2-untied": (t.GPT2LMHeadModel, t.GPT2Config(tie_word_embeddings=False, **gpt2)),
    "gpt2-sequence": (t.GPT2ForSequenceClassification, t.GPT2Config(pad_token_id=0, **labels, **gpt2)),
    "gpt2-tokens": (t.GPT2ForTokenClassification, t.GPT2Config(**labels, **gpt2)),
    "gpt2-both-ways": (t.GPT2ForSequenceClassification,
                       t.GPT2Config(is_causal=False, pad_token_id=0, **labels, **gpt2)),
    "gpt2-trunk": (t.GPT2Model, t.GPT2Config(reorder_and_upcast_attn=True, **gpt2)),
    "llama": (t.LlamaForCausalLM, t.LlamaConfig(**llama)),
    "llama-tied": (t.LlamaForCausalLM, t.LlamaConfig(tie_word_embeddings=True, **llama)),
    "llama-biases": (t.LlamaForCausalLM, t.LlamaConfig(attention_bias=True, mlp_bias=True, **llama)),
    "llama-heads": (t.LlamaForCausalLM, t.LlamaConfig(head_dim=6, hidden_act="gelu", **llama)),
    "llama-rope": (t.LlamaForCausalLM, t.LlamaConfig(rope_parameters=dict(llama3, rope_theta=300.0), **llama)),
    "llama-linear": (t.LlamaForCausalLM, t.LlamaConfig(
        rope_parameters=dict(rope_type="linear", factor=2.5, rope_theta=500.0), **llama)),
    "llama-sequence": (t.LlamaForSequenceClassification, t.LlamaConfig(pad_token_id=0, **labels, **llama)),
    "llama-tokens": (t.LlamaForTokenClassification, t.LlamaConfig(**labels, **llama)),
    "llama-trunk": (t.LlamaModel, t.LlamaConfig(**llama)),
    "llama-both-ways": (t.LlamaModel, t.LlamaConfig(is_causal=False, **llama)),
    "qwen3": (t.Qwen3ForCausalLM, t.Qwen3Config(head_dim=6, **llama)),
    "qwen3-tied": (t.Qwen3ForCausalLM, t.Qwen3Config(tie_word_embeddings=True, attention_bias=True, **llama)),
    "qwen3-sequence": (t.Qwen3ForSequenceClassification, t.Qwen3Config(head_dim=4, **labels, **llama)),
    "bert": (t.BertForMaskedLM, t.BertConfig(**bert)),
    "bert-tanh": (t.BertForMaskedLM, t.BertConfig(hidden_act="gelu_pytorch_tanh", layer_norm_eps=1e-5, **bert)),
    "bert-causal-class": (t.BertLMHeadModel, t.BertConfig(**bert)),
    "bert-pretraining": (t.BertForPreTraining, t.BertConfig(**bert)),
    "bert-sequence": (t.BertForSequenceClassification, t.BertConfig(hidden_act="silu", **labels, **bert)),
    "bert-tokens": (t.BertForTokenClassification, t.BertConfig(type_vocab_size=1, **labels, **bert)),
    "bert-trunk": (t.BertModel, t.BertConfig(**bert)),
    "roberta": (t.RobertaForMaskedLM, t.RobertaConfig(**bert)),
    "roberta-pad": (t.RobertaForMaskedLM, t.RobertaConfig(pad_token_id=5, type_vocab_size=1, **bert)),
    "roberta-sequence": (t.RobertaForSequenceClassification, t.RobertaConfig(**labels, **bert)),
    "roberta-tokens": (t.RobertaForTokenClassification, t.RobertaConfig(**labels, **bert)),
    "roberta-trunk": (t.RobertaModel, t.RobertaConfig(**bert)),
}


def make(kind, config, seed=0):
    torch.manual_seed(seed)
    config._attn_implementation = "eager"
    model = kind(config)
    for name, parameter in model.named_parameters():
        torch.nn.init.normal_(parameter, std=0.2)
        if "norm" in name.lower() or ".ln_" in name:
            parameter.data += 1 if name.endswith("weight") else 0
    model.tie_weights()
    return model.eval()


def compute(model, folder):
    """The numbers for some sequences, one behind the other."""
    generator = torch.Generator().manual_seed(3)
    longest = min(getattr(model.config, "max_position_embeddings", 20), 18)
    sequences = [torch.randint(6, VOCABULARY, (length,), generator=generator) for length in (longest, 5, 1)]
    rows = []
    with torch.no_grad():
        for tokens in sequences:
            out = model(input_ids=tokens[None])
            if hasattr(out, "prediction_logits"):
                rows.append(out.prediction_logits[0])
            elif not hasattr(out, "logits"):
                rows.append(out.last_hidden_state[0])
            else:
                rows.append(out.logits[0] if out.logits.dim() == 3 else out.logits)
    save_file({"tokens": torch.cat(sequences).float(), "lengths": torch.tensor([float(len(s)) for s in sequences]),
               "expected": torch.cat(rows).contiguous()}, os.path.join(folder, "expected.safetensors"))


def change_config(folder, changes=None, removals=()):
    path = os.path.join(folder, "config.json")
    config = json.load(open(path))
    for key in removals:
        config.pop(key, None)
    config.update(changes or {})
    json.dump(config, open(path, "w"), indent=1)


def change_tensors(folder, change):
    path = os.path.join(folder, "model.safetensors")
    tensors = {name: tensor.clone().contiguous() for name, tensor in change(load_file(path)).items()}
    save_file(tensors, path, metadata={"format": "pt"})


def copy(root, source, name):
    target = os.path.join(root, name)
    shutil.copytree(os.path.join(root, source), target)
    return target


def without(prefix):
    return lambda tensors: {name.removeprefix(prefix): tensor for name, tensor in tensors.items()}


def old_norms(tensors):
    return {name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): tensor
            for name, tensor in tensors.items()}


def with_more(**more):
    return lambda tensors: dict(tensors, **more)


def forms(root):
    """Other ways in which the same models are saved."""
    change_tensors(copy(root, "gpt2", "gpt2-hub"), lambda tensors: dict(
        without("transformer.")(tensors),
        **{f"h.{i}.attn.bias": torch.ones(1, 1, 20, 20).tril() for i in range(2)},
        **{f"h.{i}.attn.masked_bias": torch.tensor(-1e4) for i in range(2)}))
    change_tensors(copy(root, "gpt2", "gpt2-both-heads"), lambda tensors: dict(
        tensors, **{"lm_head.weight": tensors["transformer.wte.weight"]}))
    change_tensors(copy(root, "gpt2-trunk", "gpt2-trunk-prefix"), lambda tensors: {
        "transformer." + name: tensor for name, tensor in tensors.items()})
    change_tensors(copy(root, "bert", "bert-old"), lambda tensors: dict(
        old_norms(tensors), **{
            "bert.embeddings.position_ids": torch.arange(24)[None],
            "bert.pooler.dense.weight": torch.randn(16, 16), "bert.pooler.dense.bias": torch.randn(16),
            "cls.seq_relationship.weight": torch.randn(2, 16), "cls.seq_relationship.bias": torch.randn(2),
            "cls.predictions.decoder.weight": tensors["bert.embeddings.word_embeddings.weight"],
            "cls.predictions.decoder.bias": tensors["cls.predictions.bias"]}))
    change_tensors(copy(root, "roberta", "roberta-old"), lambda tensors: dict(
        old_norms(tensors), **{
            "roberta.embeddings.position_ids": torch.arange(24)[None],
            "lm_head.decoder.weight": tensors["roberta.embeddings.word_embeddings.weight"],
            "lm_head.decoder.bias": tensors["lm_head.bias"]}))
    change_tensors(copy(root, "llama", "llama-buffers"), lambda tensors: dict(
        tensors, **{f"model.layers.{i}.self_attn.rotary_emb.inv_freq": torch.ones(2) for i in range(2)}))
    # A trunk out of a file with a head.
    for family, kind in (("bert", "BertModel"), ("roberta", "RobertaModel")):
        folder = copy(root, family, family + "-head-dropped")
        change_config(folder, {"architectures": [kind]})
        loaded = getattr(t, kind).from_pretrained(folder, attn_implementation="eager").eval()
        compute(loaded, folder)
    # Version 4.
    folder = copy(root, "llama-rope", "llama-rope-4")
    change_config(folder, {"rope_theta": 300.0, "rope_scaling": llama3, "torch_dtype": "float32", "pretraining_tp": 1,
                           "num_beams": 4, "temperature": 0.5}, ["rope_parameters", "dtype"])
    folder = copy(root, "llama-linear", "llama-linear-4")
    change_config(folder, {"rope_theta": 500.0, "rope_scaling": {"type": "linear", "factor": 2.5}}, ["rope_parameters"])
    folder = copy(root, "llama-rope", "llama-theta-outside")
    change_config(folder, {"rope_theta": 300.0, "rope_parameters": llama3})
    change_config(copy(root, "bert", "bert-4"), {"position_embedding_type": "absolute", "gradient_checkpointing": False})


def precisions(root):
    for name in ("gpt2", "llama", "bert", "roberta"):
        kind, config = CASES[name]
        for label, precision in (("fp16", torch.float16), ("bf16", torch.bfloat16)):
            folder = os.path.join(root, f"{name}-{label}")
            make(kind, config).to(precision).save_pretrained(folder)
            # Read again, because the other precision has rounded the tables of positions, too.
            compute(kind.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval(), folder)
        folder = os.path.join(root, f"{name}-shards")
        model = make(kind, config)
        model.save_pretrained(folder, max_shard_size="5KB")
        assert os.path.exists(os.path.join(folder, "model.safetensors.index.json"))
        compute(model, folder)


REFUSED = [
    ("gpt2", "scale_attn_weights", False), ("gpt2", "scale_attn_by_inverse_layer_idx", True),
    ("gpt2", "add_cross_attention", True), ("gpt2", "activation_function", "quick_gelu"),
    ("gpt2", "quantization_config", {"quant_method": "gptq"}), ("gpt2", "n_head", 3),
    ("gpt2", "is_causal", False), ("llama", "is_causal", False),
    ("llama", "hidden_act", "mish"), ("llama", "partial_rotary_factor", 0.5), ("llama", "sliding_window", 8),
    ("llama", "rope_parameters", {"rope_type": "yarn", "factor": 2.0, "rope_theta": 1e4}),
    ("llama", "rope_parameters", {"rope_type": "dynamic", "factor": 2.0, "rope_theta": 1e4}),
    ("llama", "rope_parameters", {"rope_type": "default", "rope_theta": 1e4, "partial_rotary_factor": 0.5}),
    ("llama", "rope_scaling", {"type": "linear", "factor": 2.0}),
    ("llama", "num_key_value_heads", 3), ("llama", "model_type", "mistral"),
    ("llama", "architectures", ["LlamaForQuestionAnswering"]),
    ("bert", "is_decoder", True), ("bert", "add_cross_attention", True),
    ("bert", "position_embedding_type", "relative_key"), ("bert", "hidden_act", "gelu_10"),
    ("bert", "tie_word_embeddings", False), ("bert", "pruned_heads", {"0": [1]}),
    ("bert", "architectures", ["BertForMultipleChoice"]), ("roberta", "is_decoder", True),
    ("roberta", "position_embedding_type", "relative_key_query"), ("roberta", "model_type", "deberta"),
]


def refusals(root):
    for number, (base, key, value) in enumerate(REFUSED):
        folder = copy(root, base, f"refused-{number:02}-{base}-{key}")
        change_config(folder, {key: value})
        # The message names the part of an object that is not supported.
        named = key
        if key == "rope_parameters":
            named = "partial_rotary_factor" if "partial_rotary_factor" in value else "rope_type"
        elif key in ("n_head", "num_key_value_heads"):
            named = "heads"
        open(os.path.join(folder, "refused.txt"), "w").write(named)


def main():
    root = sys.argv[1]
    for name, (kind, config) in CASES.items():
        folder = os.path.join(root, name)
        model = make(kind, config)
        model.save_pretrained(folder)
        compute(model, folder)
    forms(root)
    precisions(root)
    refusals(root)
    print(f"{len(os.listdir(root))} folders of transformers {t.__version__}")


if __name__ == "__main__":
    main()
