"""Writes the seeds of the fuzz targets: small sound files, from which libFuzzer makes unsound ones.

python3 make_seeds.py            (standard library only; the larger seeds are fixtures of the tests, see run.sh)
"""

import gzip
import hashlib
import json
import os
import struct
import zlib

SEEDS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Seeds")


def write(target, name, content):
    folder = os.path.join(SEEDS, target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())


def safetensors(tensors, data, metadata=None, spaces=0):
    header = {} if metadata is None else {"__metadata__": metadata}
    header.update({name: {"dtype": t, "shape": s, "data_offsets": o} for name, t, s, o in tensors})
    text = json.dumps(header).encode() + b" " * spaces
    return struct.pack("<Q", len(text)) + text + data


write("safetensors", "two", safetensors(
    [("a", "F32", [2, 2], [0, 16]), ("b", "BF16", [3], [16, 22])], bytes(range(22)), {"format": "pt"}, 3))
write("safetensors", "empty", safetensors([], b""))
write("safetensors", "scalar", safetensors([("x", "F64", [], [0, 8])], bytes(8)))
write("safetensors", "integers", safetensors(
    [("i", "I64", [1], [0, 8]), ("h", "F16", [2], [8, 12]), ("u", "U8", [0, 5], [12, 12])], bytes(12)))


def llama(kind, width=36, inner=4, vocabulary=8):
    """The weights of the model that the target `weights` has a configuration for: groups of 32 columns, and 4 more."""
    shapes = {"embed_tokens": [vocabulary, width], "norm": [width], "layers.0.input_layernorm": [width],
              "layers.0.post_attention_layernorm": [width], "layers.0.mlp.gate_proj": [inner, width],
              "layers.0.mlp.up_proj": [inner, width], "layers.0.mlp.down_proj": [width, inner]}
    shapes.update({f"layers.0.self_attn.{part}_proj": [width, width] for part in "qkvo"})
    tensors, data = [], b""

    def add(name, type, shape, content):
        nonlocal data
        tensors.append((name, type, shape, [len(data), len(data) + len(content)]))
        data += content

    for name, shape in shapes.items():
        name = f"model.{name}.weight"
        count, rows, groups = shape[0] * shape[-1] if len(shape) == 2 else shape[0], shape[0], (shape[-1] + 31) // 32
        values = [((i * 7) % 13 - 6) / 8 for i in range(count)]
        if len(shape) == 1 or kind == "F32":
            add(name, "F32", shape, struct.pack(f"<{count}f", *values))
        elif kind == "BF16":
            add(name, "BF16", shape, b"".join(struct.pack("<f", value)[2:] for value in values))
        else:
            bits = 8 if kind == "I8" or name == "model.embed_tokens.weight" else 4
            size = shape[1] if bits == 8 else 16 * groups
            add(name, "I8" if bits == 8 else "U8", [rows, size], bytes(i * 29 % 256 for i in range(rows * size)))
            add(name + ".scales", "BF16", [rows, groups], struct.pack("<H", 0x3C00) * (rows * groups))
    return safetensors(tensors, data)


for kind in ("F32", "BF16", "I8", "U8"):
    write("weights", kind.lower(), llama(kind))


def ngrams(kind, labels, outputs, columns):
    """What stands beside the weights of a classifier (here the bytes `weights`)."""
    metadata = {"format": "swiftlet-ngrams-1", "kind": kind, "labels": str(labels), "network_weight": "0.5",
                "ngram_weight": "1.25", "weights_sha256": hashlib.sha256(b"weights").hexdigest()}
    data = struct.pack(f"<{columns}q", *range(3, 3 + columns)) + struct.pack(f"<{columns}f", *[1.5] * columns)
    data += struct.pack("<H", 0x3F80) * (outputs * (columns + 1))
    return safetensors(
        [("hashes", "I64", [columns], [0, 8 * columns]), ("inverse_frequencies", "F32", [columns], [8 * columns, 12 * columns]),
         ("weights", "BF16", [columns + 1, outputs], [12 * columns, len(data)])], data, metadata)


write("ngrams", "two", ngrams("single", 2, 1, 4))
write("ngrams", "several", ngrams("multiple", 3, 3, 2))
write("ngrams", "value", ngrams("value", 1, 1, 1))


def llama2c(dim, hidden, layers, heads, kv, vocab, context, shared=True):
    kv_dim = dim // heads * kv
    count = vocab * dim + layers * (2 * dim + 2 * dim * dim + 2 * kv_dim * dim + 3 * dim * hidden) + dim
    count += context * (dim // heads // 2 * 2) + (0 if shared else vocab * dim)
    numbers = struct.pack(f"<{count}f", *(((i * 7) % 13 - 6) / 8 for i in range(count)))
    return struct.pack("<7i", dim, hidden, layers, heads, kv, vocab if shared else -vocab, context) + numbers


write("llama2c", "shared", llama2c(4, 4, 1, 2, 1, 4, 2))
write("llama2c", "apart", llama2c(4, 2, 1, 1, 1, 3, 2, shared=False))


def gguf(metadata, tensors, alignment=32):
    """Metadata of (type, value) pairs; tensors of (name, dimensions innermost first, type, bytes)."""
    def string(text):
        return struct.pack("<Q", len(text.encode())) + text.encode()

    def value(kind, content):
        if kind == 8:
            return string(content)
        if kind == 9:
            element, values = content
            return struct.pack("<IQ", element, len(values)) + b"".join(value(element, v) for v in values)
        return struct.pack({0: "<B", 4: "<I", 5: "<i", 6: "<f", 7: "<B"}[kind], content)

    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    for key, (kind, content) in metadata.items():
        head += string(key) + struct.pack("<I", kind) + value(kind, content)
    data = b""
    for name, shape, kind, content in tensors:
        head += string(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, len(data))
        data += content + bytes(-len(content) % alignment)
    return head + bytes(-len(head) % alignment) + data


def numbers(*shape, kind=0):
    count = 1
    for size in shape:
        count *= size
    values = [((i * 7) % 13 - 6) / 8 for i in range(count)]
    if kind == 8:
        return b"".join(struct.pack("<e32b", 0.01, *range(-16, 16)) for _ in range(count // 32))
    return struct.pack(f"<{count}{'fe'[kind]}", *values)


def gguf_vocabulary(model):
    if model == "gpt2":
        # The 188 printable characters that stand for bytes, one merge and a special token.
        letters = [chr(c) for c in [*range(33, 127), *range(161, 173), *range(174, 256)]]
        tokens = letters + ["th", "<|endoftext|>"]
        return {"tokenizer.ggml.model": (8, "gpt2"), "tokenizer.ggml.pre": (8, "gpt-2"),
                "tokenizer.ggml.tokens": (9, (8, tokens)), "tokenizer.ggml.merges": (9, (8, ["t h"])),
                "tokenizer.ggml.token_type": (9, (5, [1] * (len(tokens) - 1) + [3])),
                "tokenizer.ggml.bos_token_id": (4, len(tokens) - 1)}, len(tokens)
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{i:02X}>" for i in range(256)] + ["\u2581", "t", "h", "th", "\u2581th"]
    scores = [0.0] * 259 + [-1.0, -2.0, -3.0, -0.5, -0.25]
    return {"tokenizer.ggml.model": (8, model), "tokenizer.ggml.tokens": (9, (8, tokens)),
            "tokenizer.ggml.scores": (9, (6, scores)),
            "tokenizer.ggml.token_type": (9, (5, [2, 3, 3] + [6] * 256 + [1] * 5)),
            "tokenizer.ggml.bos_token_id": (4, 1), "tokenizer.ggml.eos_token_id": (4, 2),
            "tokenizer.ggml.add_space_prefix": (7, 1)}, len(tokens)


def gguf_llama(model, width=4, inner=4, kind=0, architecture="llama"):
    vocabulary, count = gguf_vocabulary(model)
    settings = {"context_length": (4, 8), "embedding_length": (4, width), "block_count": (4, 1),
                "feed_forward_length": (4, inner), "attention.head_count": (4, 2), "attention.head_count_kv": (4, 1),
                "attention.layer_norm_rms_epsilon": (6, 1e-5), "rope.freq_base": (6, 10000.0)}
    metadata = {"general.architecture": (8, architecture), **{f"{architecture}.{k}": v for k, v in settings.items()}}
    shapes = {"token_embd.weight": [width, count], "output_norm.weight": [width], "blk.0.attn_norm.weight": [width],
              "blk.0.attn_q.weight": [width, width], "blk.0.attn_k.weight": [width, width // 2],
              "blk.0.attn_v.weight": [width, width // 2], "blk.0.attn_output.weight": [width, width],
              "blk.0.ffn_norm.weight": [width], "blk.0.ffn_gate.weight": [width, inner],
              "blk.0.ffn_up.weight": [width, inner], "blk.0.ffn_down.weight": [inner, width]}
    if architecture == "qwen3":
        shapes.update({"blk.0.attn_q_norm.weight": [width // 2], "blk.0.attn_k_norm.weight": [width // 2]})
    return gguf({**metadata, **vocabulary}, [
        (name, shape, kind if len(shape) == 2 else 0, numbers(*shape, kind=kind if len(shape) == 2 else 0))
        for name, shape in shapes.items()])


def gguf_gpt2(width=4, inner=4):
    vocabulary, count = gguf_vocabulary("gpt2")
    metadata = {"general.architecture": (8, "gpt2"), "gpt2.context_length": (4, 4), "gpt2.embedding_length": (4, width),
                "gpt2.block_count": (4, 1), "gpt2.feed_forward_length": (4, inner), "gpt2.attention.head_count": (4, 2),
                "gpt2.attention.layer_norm_epsilon": (6, 1e-5)}
    shapes = {"token_embd.weight": [width, count], "position_embd.weight": [width, 4]}
    for name, shape in {"attn_norm": [width], "attn_qkv": [width, 3 * width], "attn_output": [width, width],
                        "ffn_norm": [width], "ffn_up": [width, inner], "ffn_down": [inner, width]}.items():
        shapes[f"blk.0.{name}.weight"] = shape
        shapes[f"blk.0.{name}.bias"] = shape[-1:]
    shapes.update({"output_norm.weight": [width], "output_norm.bias": [width]})
    return gguf({**metadata, **vocabulary}, [(name, shape, 0, numbers(*shape)) for name, shape in shapes.items()])


write("gguf", "llama", gguf_llama("llama"))
write("gguf", "llama-f16", gguf_llama("t5", kind=1))
write("gguf", "llama-q8", gguf_llama("t5", width=32, inner=32, kind=8))
write("gguf", "qwen3", gguf_llama("llama", architecture="qwen3"))
write("gguf", "gpt2", gguf_gpt2())

write("word-lists", "bert", '\0[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\nquick\n##s\nb\n##rown\nfox\n.\n\0'
      '{"do_lower_case":false}')
write("word-lists", "windows", "\0[UNK]\r\n[CLS]\r\n[SEP]\r\nthe\r\n\u9ce5\r\n")
write("word-lists", "gpt2", '\1{"t":0,"h":1,"e":2,"\u0120":3,"\u0120t":4,"he":5,"<|endoftext|>":6}\0#version: 0.2\n'
      '\u0120 t\nh e\n\0{"add_prefix_space":true}')
write("word-lists", "roberta", '\1{"<s>":0,"<pad>":1,"</s>":2,"<unk>":3,"a":4,"b":5,"ab":6,"<mask>":7}\0a b\n\0'
      '{"mask_token":{"content":"<mask>"}}')

for name, text in {
    "nested": '{"a":[1,-2.5e3,true,null,{"b":"\\u00e9\\ud83d\\ude00\\n"}],"":"x"}',
    "numbers": "[0,-0,1e999,9223372036854775807,18446744073709551615,1.0,1E-7,0.1]",
    "text": '"a\\/b\\"\\u0000"',
    "deep": "[" * 40 + "]" * 40,
}.items():
    write("json", name, text)

GPT2 = {"model_type": "gpt2", "vocab_size": 32, "n_embd": 8, "n_layer": 1, "n_head": 2, "n_positions": 16,
        "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5, "resid_pdrop": 0.1, "bos_token_id": 1,
        "eos_token_id": [2, 3]}
LLAMA = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 32, "hidden_size": 8,
         "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1, "intermediate_size": 16,
         "max_position_embeddings": 16, "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "hidden_act": "silu",
         "tie_word_embeddings": True}
BERT = {"architectures": ["BertForSequenceClassification"], "model_type": "bert", "vocab_size": 32, "hidden_size": 8,
        "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16, "max_position_embeddings": 16,
        "type_vocab_size": 2, "hidden_act": "gelu", "id2label": {"0": "no", "1": "yes"},
        "label2id": {"no": 0, "yes": 1}, "problem_type": "single_label_classification"}
ROBERTA = dict(BERT, architectures=["RobertaForMaskedLM"], model_type="roberta", type_vocab_size=1, pad_token_id=1)
QWEN3 = dict(LLAMA, architectures=["Qwen3ForCausalLM"], model_type="qwen3", head_dim=4, use_sliding_window=False)
for name, configuration in {"gpt2": GPT2, "llama": LLAMA, "qwen3": QWEN3, "bert": BERT, "roberta": ROBERTA}.items():
    write("config-json", name, json.dumps(configuration))
write("generation-json", "all", json.dumps({
    "max_new_tokens": 20, "temperature": 0.8, "top_k": 40, "top_p": 0.95, "min_p": 0.05, "typical_p": 0.9,
    "repetition_penalty": 1.1, "no_repeat_ngram_size": 3, "bad_words_ids": [[1, 2], [3]], "sequence_bias": [[[1], 2.0]],
    "eos_token_id": [2], "do_sample": True, "min_new_tokens": 1, "stop_strings": ["\n"], "num_beams": 1}))

write("tsv", "plain", b"\0text\tlabel\nA small bird\tanimal\nan \"oak\ttree\"\tplant\n")
write("tsv", "pairs", b"\1sentence1\tsentence2\tlabel\r\na\tb\t1\r\nc\td\t0\r\n")
write("csv", "quoted", b'\0text,label\n"a, ""b""\nc",x\n"d",y\n')
write("csv", "semicolons", b"\4text;label\na;x\nb\n;y\n")
write("csv", "several", b"\x08text,label\na,x|y\nb,\n")
write("csv", "values", b"\x10text,label\na,1.5\nb,-2e3\n")
write("jsonl", "plain", b'\0{"text":"a","label":"x"}\n{"text":"b","label":1}\n')
write("jsonl", "lists", b'\4{"sentence":"a","label":["x","y"]}\n{"text":1}\n\n{"text":"b","label":[]}\n')
write("fasttext", "plain", b"\0__label__a __label__b some text\n__label__c more\n")
write("conll", "spaces", b"\0-DOCSTART- -X- O\n\nAnna NNP B-PER\nlives VBZ O\n\nRome NNP B-LOC\n")
write("conll", "tabs", b"\x20a\tX\tO\nb\tY\tO\n")
write("conllu", "sentence", b"\0# text = al mar\n" + b"".join(
    "\t".join(cells).encode() + b"\n" for cells in (
        ["1-2", "al"] + ["_"] * 8, ["1", "a", "a", "ADP", "A", "_", "3", "case", "_", "_"],
        ["1.1", "gone"] + ["_"] * 8, ["2", "mar", "mar", "NOUN", "N", "_", "0", "root", "_", "_"])) + b"\n")

write("gzip", "one", gzip.compress(b"some text\nand more\n" * 3, mtime=0))
write("gzip", "two", gzip.compress(b"a\n", mtime=0) + gzip.compress(b"b\n" * 40, mtime=0) + bytes(5))
write("gzip", "stored", gzip.compress(bytes(range(64)), compresslevel=0, mtime=0))
write("text", "paragraphs", "\0First paragraph\r\nof two lines.\n\n\u00c4nother \U0001f426.<|endoftext|>x\x0cy".encode())
write("text", "lines", b"\1a\nb\r\nc\r\n")
write("text", "utf16", b"\0\xff\xfea\0b\0")
write("text", "repaired", b"\x80a\xffb\xc3\n\xed\xa0\x80\0")


def shard(documents, vocabulary, width):
    body = b"SWTOKENS" + struct.pack("<II", 1, width)
    tokens = b"".join(struct.pack("<H" if width == 2 else "<I", t) for d in documents for t in d)
    body += tokens + bytes(-len(tokens) % 8)
    ends = [0]
    for document in documents:
        ends.append(ends[-1] + len(document))
    body += struct.pack(f"<{len(ends)}Q", *ends)
    footer = struct.pack("<5Q", ends[-1], len(documents), 20, 18, vocabulary) + struct.pack("<I", zlib.crc32(body))
    return body + footer + struct.pack("<I", zlib.crc32(footer)) + bytes(8) + b"SWFOOTER"


write("shard", "narrow", shard([[1, 2, 3], [4], [5, 6, 7, 8, 9]], 16, 2))
write("shard", "wide", shard([[1, 70000], [3]], 100000, 4))

entry = {"bytes": 3, "sha256": "0" * 64}
write("manifest", "two", json.dumps(
    {"version": 1, "files": {"a.bin": entry, "config.json": entry}, "notes": {"step": 7}, "manifest_sha256": ""}))

loop = {
    "optimizer": {"name": "adamw", "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8, "weight_decay": 0.1,
                  "corrects_bias": True},
    "schedule": {"name": "cosine", "end": 0.1}, "learning_rate": 1e-3, "accumulation": 2, "clipping": 1.0,
    "average_decay": 0.99, "evaluation_interval": 5, "checkpoint_interval": None, "patience": 3, "criterion": "loss",
    "seed": "7", "l1": 0.0, "layer_decay": 1.0, "frozen_depth": 0, "warmup_steps": 3, "steps": 60}
write("state", "progress", json.dumps({
    "step": 4, "tokens": 100, "seconds": 0.5, "budget": [{"step": 0, "progress": 0.0, "total": 60}], "evaluations": 10,
    "stopping": {"patience": 3, "best": 2.5, "best_step": 4, "evaluations_since_best": 0}, "evaluated_step": 4,
    "last_rate": 1e-3, "last_norm": 1.0, "validation_loss": 2.5, "loss_sum": 0.0, "loss_weight": 0.0,
    "train_loss": 2.6, "log_bytes": 200}))
write("state", "pretraining", json.dumps({
    "objective": "masked", "batch": 4, "context": 32, "masked_share": 0.15, "masked": 0.8, "random": 0.1,
    "whole_words": False, "crosses_documents": True, "draws_windows": False, "marks_documents": True,
    "smoothing": 0.0, "dropout": 0.1, "loop": loop, "memory_limit": None, "subword_sampling": 0.1}))
write("state", "finetuning", json.dumps({
    "batch": 4, "maximum_tokens": 32, "smoothing": 0.1, "dropout": 0.1, "loop": dict(loop, epochs=2.0), "memory_limit": 10,
    "class_weights": [1.0, 2.0], "subword_sampling": None}))
