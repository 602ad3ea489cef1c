"""Writes the fixtures of GGUF and of llama2.c: tiny random models in these formats, and what transformers computes.

    python3 make_format_fixtures.py      # needs torch, transformers, safetensors and gguf

NAME.gguf is written by llama.cpp's own package; its tensors have several types, and the numbers that transformers gets
are those that the package reads back. llama.bin is written as llama2.c's export.py does (version 0).
NAME.safetensors holds tokens and the logits that are expected after each.
"""
import os
import struct

import gguf
import numpy
import torch
import transformers as t
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
TOKENS = [1, 40, 7, 299, 12, 258, 3, 3, 90]
F32, F16, BF16, Q8 = (gguf.GGMLQuantizationType[name] for name in ("F32", "F16", "BF16", "Q8_0"))


def randomise(model):
    for name, parameter in model.named_parameters():
        torch.nn.init.normal_(parameter, std=0.2)
        if "norm" in name or ".ln_" in name:
            parameter.data += 1 if name.endswith("weight") else 0
    return model.eval()


def expect(model, tokens, name):
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([tokens])).logits[0]
    save_file({"tokens": torch.tensor(tokens).float(), "expected": logits.contiguous()}, os.path.join(HERE, name))


def permuted(weight, heads):
    """The rows of queries or keys with neighbouring pairs instead of pairs half a head apart."""
    return weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


class Writer:
    """A GGUF file, and the model with the numbers that the file holds."""

    def __init__(self, name, arch):
        self.writer = gguf.GGUFWriter(os.path.join(HERE, name), arch)

    def tensor(self, name, parameter, kind=F32, change=lambda array: array, back=lambda array: array):
        array = change(parameter.detach().numpy()).astype(numpy.float32)
        kind = F32 if array.ndim == 1 else kind
        stored = gguf.quants.quantize(array, kind)
        self.writer.add_tensor(name, stored, raw_dtype=kind)
        read = gguf.quants.dequantize(stored, kind).reshape(array.shape).astype(numpy.float32)
        parameter.data = torch.from_numpy(back(read).copy())

    def close(self):
        self.writer.write_header_to_file()
        self.writer.write_kv_data_to_file()
        self.writer.write_tensors_to_file()
        self.writer.close()


def unpermuted(weight, heads):
    return weight.reshape(heads, weight.shape[0] // heads // 2, 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


def llama_gguf():
    torch.manual_seed(1)
    c = t.LlamaConfig(vocab_size=300, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
                      num_key_value_heads=2, max_position_embeddings=48, rms_norm_eps=1e-5, attention_bias=True,
                      rope_parameters=dict(rope_type="default", rope_theta=500.0))
    model = randomise(t.LlamaForCausalLM(c))
    file = Writer("llama.gguf", "llama")
    w = file.writer
    w.add_context_length(48)
    w.add_embedding_length(32)
    w.add_block_count(2)
    w.add_feed_forward_length(64)
    w.add_head_count(4)
    w.add_head_count_kv(2)
    w.add_layer_norm_rms_eps(1e-5)
    w.add_rope_dimension_count(8)
    w.add_rope_freq_base(500.0)
    w.add_vocab_size(300)
    letters = [(chr(97 + i), -float(i)) for i in range(26)] + [("\u2581", -30.0), ("ab", -0.5), ("\u2581a", -0.7)]
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{i:02X}>" for i in range(256)] + [piece for piece, _ in letters]
    tokens += [f"[PAD{i}]" for i in range(300 - len(tokens))]
    kinds = [2, 3, 3] + [6] * 256 + [1] * len(letters)
    kinds += [5] * (300 - len(kinds))
    scores = [0.0] * 259 + [score for _, score in letters]
    scores += [0.0] * (300 - len(scores))
    w.add_tokenizer_model("llama")
    w.add_tokenizer_pre("default")
    w.add_token_list(tokens)
    w.add_token_scores(scores)
    w.add_token_types(kinds)
    w.add_bos_token_id(1)
    w.add_eos_token_id(2)
    file.tensor("token_embd.weight", model.model.embed_tokens.weight, Q8)
    for i, layer in enumerate(model.model.layers):
        a, m, b = layer.self_attn, layer.mlp, f"blk.{i}."
        for name, linear, heads in (("attn_q", a.q_proj, 4), ("attn_k", a.k_proj, 2)):
            for part in ("weight", "bias"):
                file.tensor(f"{b}{name}.{part}", getattr(linear, part), F16,
                            lambda x, h=heads: permuted(x, h), lambda x, h=heads: unpermuted(x, h))
        for name, linear, kind in (("attn_v", a.v_proj, F16), ("attn_output", a.o_proj, F32)):
            file.tensor(f"{b}{name}.weight", linear.weight, kind)
            file.tensor(f"{b}{name}.bias", linear.bias)
        file.tensor(b + "attn_norm.weight", layer.input_layernorm.weight)
        file.tensor(b + "ffn_norm.weight", layer.post_attention_layernorm.weight)
        file.tensor(b + "ffn_gate.weight", m.gate_proj.weight, BF16)
        file.tensor(b + "ffn_up.weight", m.up_proj.weight, BF16)
        file.tensor(b + "ffn_down.weight", m.down_proj.weight, Q8)
    file.tensor("output_norm.weight", model.model.norm.weight)
    file.tensor("output.weight", model.lm_head.weight, BF16)
    file.close()
    expect(model, TOKENS, "llama.gguf.safetensors")


def gpt2_gguf():
    torch.manual_seed(2)
    c = t.GPT2Config(vocab_size=300, n_embd=32, n_layer=2, n_head=4, n_positions=24, n_inner=96)
    model = randomise(t.GPT2LMHeadModel(c))
    file = Writer("gpt2.gguf", "gpt2")
    w = file.writer
    w.add_context_length(24)
    w.add_embedding_length(32)
    w.add_block_count(2)
    w.add_feed_forward_length(96)
    w.add_head_count(4)
    w.add_layer_norm_eps(1e-5)
    w.add_tokenizer_model("no_vocab")
    trunk = model.transformer
    turned = (lambda x: x.T, lambda x: x.T)
    file.tensor("token_embd.weight", trunk.wte.weight, F16)
    file.tensor("position_embd.weight", trunk.wpe.weight)
    for i, block in enumerate(trunk.h):
        b = f"blk.{i}."
        for name, norm in (("attn_norm", block.ln_1), ("ffn_norm", block.ln_2)):
            file.tensor(b + name + ".weight", norm.weight)
            file.tensor(b + name + ".bias", norm.bias)
        for name, part, kind in (("attn_qkv", block.attn.c_attn, Q8), ("attn_output", block.attn.c_proj, F16),
                                 ("ffn_up", block.mlp.c_fc, BF16), ("ffn_down", block.mlp.c_proj, Q8)):
            file.tensor(b + name + ".weight", part.weight, kind, *turned)
            file.tensor(b + name + ".bias", part.bias)
    file.tensor("output_norm.weight", trunk.ln_f.weight)
    file.tensor("output_norm.bias", trunk.ln_f.bias)
    file.close()
    expect(model, TOKENS, "gpt2.gguf.safetensors")


def llama_bin(tied):
    torch.manual_seed(3)
    c = t.LlamaConfig(vocab_size=60, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
                      num_key_value_heads=2, max_position_embeddings=20, rms_norm_eps=1e-5, tie_word_embeddings=tied)
    model = randomise(t.LlamaForCausalLM(c))
    model.tie_weights()
    layers = model.model.layers
    parts = [model.model.embed_tokens.weight]
    parts += [layer.input_layernorm.weight for layer in layers]
    parts += [permuted(layer.self_attn.q_proj.weight, 4) for layer in layers]
    parts += [permuted(layer.self_attn.k_proj.weight, 2) for layer in layers]
    parts += [layer.self_attn.v_proj.weight for layer in layers]
    parts += [layer.self_attn.o_proj.weight for layer in layers]
    parts += [layer.post_attention_layernorm.weight for layer in layers]
    parts += [layer.mlp.gate_proj.weight for layer in layers]
    parts += [layer.mlp.down_proj.weight for layer in layers]
    parts += [layer.mlp.up_proj.weight for layer in layers]
    parts += [model.model.norm.weight, torch.zeros(20, 2), torch.zeros(20, 2)]
    if not tied:
        parts.append(model.lm_head.weight)
    name = "llama-tied.bin" if tied else "llama.bin"
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(struct.pack("<7i", 16, 24, 2, 4, 2, 60 if tied else -60, 20))
        for part in parts:
            file.write(part.detach().numpy().astype("<f4").tobytes())
    expect(model, [token % 60 for token in TOKENS], name + ".safetensors")


if __name__ == "__main__":
    llama_gguf()
    gpt2_gguf()
    llama_bin(True)
    llama_bin(False)
