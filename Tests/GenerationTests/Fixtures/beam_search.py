"""Makes beam_search.json: the texts that transformers' beam search finds with a small table for a model.

    python beam_search.py > beam_search.json

The scores after tokens … a, b are first[b] + second[a] (second[0] where there is no a). Each case has settings by their
names in generation_config.json, a prompt, and the new tokens.
"""
import json

import torch
from transformers import GenerationConfig, GenerationMixin, GPT2Config, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutput

VOCABULARY = 12
generator = torch.Generator().manual_seed(11)
first = torch.round(torch.randn(VOCABULARY, VOCABULARY, generator=generator) * 1.5, decimals=3)
first[:, 2] += 2  # the end comes now and then
second = torch.round(torch.randn(VOCABULARY, VOCABULARY, generator=generator) * 1.5, decimals=3)


def rounded(table):
    return [[round(x, 3) for x in row] for row in table.tolist()]


class Table(PreTrainedModel, GenerationMixin):
    config_class = GPT2Config

    def __init__(self, config):
        super().__init__(config)
        self.nothing = torch.nn.Parameter(torch.zeros(1))
        self.all_tied_weights_keys = {}

    def forward(self, input_ids, attention_mask=None, **_):
        before = torch.nn.functional.pad(input_ids, (1, 0))[:, :-1]
        return CausalLMOutput(logits=first[input_ids] + second[before])

    def prepare_inputs_for_generation(self, input_ids, attention_mask=None, **_):
        return {"input_ids": input_ids}


model = Table(GPT2Config(vocab_size=VOCABULARY, n_layer=1, n_head=1, n_embd=4))
model.eval()


def case(prompt, **settings):
    settings = dict(do_sample=False, eos_token_id=2, max_new_tokens=8) | settings
    configuration = GenerationConfig(pad_token_id=0, use_cache=False, **settings)
    tokens = torch.tensor([prompt])
    with torch.no_grad():
        output = model.generate(tokens, attention_mask=torch.ones_like(tokens), generation_config=configuration)
    new = output[0, len(prompt):].tolist()
    while new and new[-1] == 0:
        new.pop()
    return {"prompt": prompt, "settings": settings, "tokens": new}


prompts = [[1, 5], [1, 9, 7], [3], [1, 4, 11, 6]]
cases = [
    case(prompt, num_beams=beams, **settings)
    for prompt in prompts
    for beams in (2, 3, 5)
    for settings in (
        {}, {"length_penalty": 0.0}, {"length_penalty": 2.0}, {"early_stopping": True}, {"no_repeat_ngram_size": 2},
        {"repetition_penalty": 1.3, "max_new_tokens": 12},
    )
]
print(json.dumps({"first": rounded(first), "second": rounded(second), "cases": cases}, separators=(",", ":")))
