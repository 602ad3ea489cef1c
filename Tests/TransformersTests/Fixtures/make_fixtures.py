"""Writes the fixtures of TransformersTests: tiny random models of transformers/PyTorch, and what they compute.

    python3 make_fixtures.py [NAME ...]    # all, or some; needs torch, transformers and safetensors

One folder a model:
    config.json, model.safetensors   as save_pretrained writes them
    expected.safetensors             inputs without padding (tokens, segments, lengths, targets), and PyTorch's results:
                                     logits or scores, the mean loss, its gradient for every parameter
                                     ("gradient:" + name), and the losses before each of ten AdamW steps
Weights are drawn wider than a new model's, biases and norms too, so that every parameter matters.
"""
import os
import sys

import torch
import transformers
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
VOCABULARY, PAD = 48, 3
STEPS, LEARNING_RATE = 10, 1e-2

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)

gpt2 = dict(vocab_size=VOCABULARY, n_layer=2, n_head=4, n_positions=24, embd_pdrop=0.0, resid_pdrop=0.0,
            attn_pdrop=0.0, bos_token_id=1, eos_token_id=2, pad_token_id=PAD)
llama = dict(vocab_size=VOCABULARY, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
             max_position_embeddings=24, bos_token_id=1, eos_token_id=2, pad_token_id=PAD)
bert = dict(vocab_size=VOCABULARY, num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=24,
            hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, bos_token_id=1, eos_token_id=2,
            pad_token_id=PAD)
llama3_rope = dict(rope_type="llama3", rope_theta=500.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
                   original_max_position_embeddings=16)
small = dict(hidden_size=16, intermediate_size=24)
three = dict(num_labels=3, problem_type="single_label_classification")
t = transformers

CASES = {
    "gpt2": (t.GPT2LMHeadModel, t.GPT2Config(n_embd=32, n_inner=64, **gpt2)),
    "llama": (t.LlamaForCausalLM, t.LlamaConfig(hidden_size=32, intermediate_size=48, head_dim=8, **llama)),
    "bert": (t.BertForMaskedLM, t.BertConfig(hidden_size=32, intermediate_size=64, **bert)),
    "bert-next-sentence": (t.BertForPreTraining, t.BertConfig(hidden_act="gelu_new", **small, **bert)),
    "roberta": (t.RobertaForMaskedLM, t.RobertaConfig(hidden_size=32, intermediate_size=64, type_vocab_size=1,
                                                      layer_norm_eps=1e-5, **bert)),
    "gpt2-classifier": (t.GPT2ForSequenceClassification, t.GPT2Config(n_embd=16, n_inner=24, **three, **gpt2)),
    "llama-classifier": (t.LlamaForSequenceClassification,
                         t.LlamaConfig(head_dim=8, attention_bias=True, mlp_bias=True, rope_parameters=llama3_rope,
                                       **small, **three, **llama)),
    "bert-classifier": (t.BertForSequenceClassification, t.BertConfig(**small, **three, **bert)),
    "roberta-classifier": (t.RobertaForSequenceClassification,
                           t.RobertaConfig(type_vocab_size=2, hidden_act="relu", **small, **three, **bert)),
    "bert-multi-label": (t.BertForSequenceClassification,
                         t.BertConfig(num_labels=3, problem_type="multi_label_classification", **small, **bert)),
    "gpt2-regression": (t.GPT2ForSequenceClassification,
                        t.GPT2Config(n_embd=16, n_inner=24, num_labels=2, problem_type="regression", **gpt2)),
    "bert-tokens": (t.BertForTokenClassification, t.BertConfig(num_labels=3, **small, **bert)),
    "qwen3": (t.Qwen3ForCausalLM, t.Qwen3Config(hidden_size=32, intermediate_size=48, head_dim=6, **llama)),
    # Causal families whose tokens see those behind them, too.
    "llama-tokens": (t.LlamaForTokenClassification,
                     t.LlamaConfig(head_dim=8, is_causal=False, num_labels=3, **small, **llama)),
    "gpt2-tokens": (t.GPT2ForTokenClassification,
                    t.GPT2Config(n_embd=16, n_inner=24, is_causal=False, num_labels=3, **gpt2)),
}


def randomise(model):
    for name, parameter in model.named_parameters():
        torch.nn.init.normal_(parameter, std=0.15)
        if "norm" in name.lower() or ".ln_" in name:
            if name.endswith("weight"):
                parameter.data += 1


def batch_of(name, lengths):
    """Padded inputs, and the flat ones: some sequences of different lengths."""
    width = max(lengths)
    ids = torch.randint(5, VOCABULARY, (len(lengths), width))
    mask = torch.zeros_like(ids)
    segments = torch.zeros_like(ids)
    for row, length in enumerate(lengths):
        ids[row, length:] = PAD
        mask[row, :length] = 1
        segments[row, length // 2:length] = 1
    inputs = dict(input_ids=ids, attention_mask=mask)
    real = mask.bool()
    flat = dict(tokens=ids[real].int(), lengths=torch.tensor(lengths, dtype=torch.int32))
    if name in ("bert", "bert-next-sentence", "bert-classifier", "roberta-classifier"):
        inputs["token_type_ids"] = segments
        flat["segments"] = segments[real].int()
    return inputs, flat, real


def targets_of(name, config, inputs, real):
    """The labels as transformers wants them, and flat: rows of the unpadded batch with their targets."""
    ids, count = inputs["input_ids"], len(inputs["input_ids"])
    position = torch.full(ids.shape, -1)
    position[real] = torch.arange(int(real.sum()))
    if name in ("gpt2", "llama", "qwen3"):
        labels = torch.where(real, ids, -100)
        rows = [position[i, j] for i in range(count) for j in range(ids.shape[1] - 1) if real[i, j + 1]]
        tokens = [ids[i, j + 1] for i in range(count) for j in range(ids.shape[1] - 1) if real[i, j + 1]]
        return dict(labels=labels), dict(rows=torch.tensor(rows).int(), targets=torch.tensor(tokens).int())
    if name in ("bert", "bert-next-sentence", "roberta") or name.endswith("-tokens"):
        classes = 3 if name.endswith("-tokens") else VOCABULARY
        chosen = (torch.rand(ids.shape) < 0.4) & real
        labels = torch.where(chosen, torch.randint(0, classes, ids.shape), -100)
        flat = dict(rows=position[chosen].int(), targets=labels[chosen].int())
        if name != "bert-next-sentence":
            return dict(labels=labels), flat
        order = torch.randint(0, 2, (count,))
        return dict(labels=labels, next_sentence_label=order), dict(flat, next_sentence=order.int())
    if config.problem_type == "single_label_classification":
        labels = torch.randint(0, 3, (count,))
        return dict(labels=labels), dict(targets=labels.int())
    values = torch.randint(0, 2, (count, config.num_labels)).float()
    if config.problem_type == "regression":
        values = torch.randn(count, config.num_labels)
    return dict(labels=values), dict(values=values)


def main():
    for seed, (name, (kind, config)) in enumerate(CASES.items()):
        if len(sys.argv) > 1 and name not in sys.argv:
            continue
        torch.manual_seed(seed)
        config._attn_implementation = "eager"
        model = kind(config)
        randomise(model)
        model.tie_weights()
        model.eval()  # no dropout; gradients flow all the same
        folder = os.path.join(HERE, name)
        model.save_pretrained(folder)
        for unwanted in ("generation_config.json",):
            if os.path.exists(os.path.join(folder, unwanted)):
                os.remove(os.path.join(folder, unwanted))

        inputs, expected, real = batch_of(name, [7, 12, 3, 9])
        labels, flat = targets_of(name, config, inputs, real)
        expected.update(flat)
        optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=0.0)
        losses = []
        for step in range(STEPS):
            optimizer.zero_grad()
            output = model(**inputs, **labels)
            output.loss.backward()
            losses.append(output.loss.detach())
            if step == 0:
                logits = output.prediction_logits if name == "bert-next-sentence" else output.logits
                expected["logits"] = logits[real].detach() if logits.dim() == 3 else logits.detach()
                if name == "bert-next-sentence":
                    expected["next_sentence_logits"] = output.seq_relationship_logits.detach()
                for parameter_name, parameter in model.named_parameters():
                    expected["gradient:" + parameter_name] = parameter.grad.clone()
            optimizer.step()
        expected["losses"] = torch.stack(losses)
        save_file({key: value.contiguous() for key, value in expected.items()},
                  os.path.join(folder, "expected.safetensors"))
        print(name, [round(float(loss), 4) for loss in losses])


main()
