"""Makes logits_processors.json: what transformers' processors do to random scores.

    python logits_processors.py > logits_processors.json

Each case has a history of tokens, scores, settings by their names in generation_config.json, and the scores after the
processors that transformers builds from those settings (null: minus infinity). Floats are rounded to 4 digits before they
are processed, so the file holds exactly what was computed with.
"""
import json

import torch
import transformers
from transformers import GenerationConfig, GPT2Config, GPT2LMHeadModel

VOCABULARY = 40
model = GPT2LMHeadModel(GPT2Config(vocab_size=VOCABULARY, n_layer=1, n_head=1, n_embd=4, n_positions=64))
generator = torch.Generator().manual_seed(7)


def case(prompt, generated, **settings):
    scores = torch.round(torch.randn(VOCABULARY, generator=generator) * 2.5, decimals=4)
    tokens = torch.tensor([prompt + generated])
    defaults = dict(do_sample=True, temperature=1.0, top_k=0, top_p=1.0, eos_token_id=2, pad_token_id=0)
    configuration = GenerationConfig(**(defaults | settings))
    model._prepare_special_tokens(configuration, device="cpu")
    processors = model._get_logits_processor(
        generation_config=configuration, input_ids_seq_length=len(prompt), device="cpu", logits_processor=[]
    )
    result = processors(tokens, scores[None].clone())[0].tolist()
    return {
        "prompt": prompt,
        "generated": generated,
        "settings": defaults | settings,
        "scores": [round(x, 4) for x in scores.tolist()],
        "expected": [None if x == float("-inf") else round(x, 6) for x in result],
    }


history = [1, 5, 9, 5, 9, 7], [5, 9, 12, 5, 9]
cases = [
    case(*history, temperature=0.7),
    case(*history, temperature=1.9),
    case(*history, top_k=1),
    case(*history, top_k=5),
    case(*history, top_k=100),
    case(*history, top_p=0.1),
    case(*history, top_p=0.5),
    case(*history, top_p=0.95),
    case(*history, min_p=0.02),
    case(*history, min_p=0.3),
    case(*history, min_p=1.0),
    case(*history, typical_p=0.2),
    case(*history, typical_p=0.7),
    case(*history, typical_p=0.95),
    case(*history, repetition_penalty=1.3),
    case(*history, repetition_penalty=0.8),
    case(*history, no_repeat_ngram_size=1),
    case(*history, no_repeat_ngram_size=2),
    case(*history, no_repeat_ngram_size=3),
    case(*history, no_repeat_ngram_size=30),
    case(*history, bad_words_ids=[[3], [5, 9, 20], [9, 21], [8, 22], [2]]),
    case(*history, suppress_tokens=[0, 4, 39]),
    case(*history, sequence_bias=[[[6], 4.5], [[9, 11], -3.25], [[8, 13], 9.0]]),
    case(*history, min_length=12),
    case(*history, min_length=11),
    case(*history, min_new_tokens=6),
    case(*history, min_new_tokens=5, eos_token_id=[2, 17]),
    case(*history, min_new_tokens=9, eos_token_id=[2, 17]),
    case(*history, temperature=0.6, top_k=12, top_p=0.9),
    case(*history, temperature=1.4, top_k=20, top_p=0.8, min_p=0.05, typical_p=0.9, repetition_penalty=1.2),
    case(*history, do_sample=False, temperature=1.0, top_k=50, repetition_penalty=1.5, no_repeat_ngram_size=2),
    case(*history, repetition_penalty=1.1, sequence_bias=[[[5], 2.0]], min_new_tokens=9, bad_words_ids=[[7, 5, 9, 12]]),
]
print(json.dumps({"transformers": transformers.__version__, "cases": cases}, separators=(",", ":")))
