"""llama.cpp in this process, by the package xllamacpp: loads a GGUF file, tokenizes, and continues greedily."""
import json
import os
import urllib.request


class LlamaCpp:
    """A model on one thread, with keys and values in 32 bits; its server listens on the loopback address only."""

    def __init__(self, path):
        import xllamacpp

        parameters = xllamacpp.CommonParams()
        parameters.model.path = path
        parameters.port = 0
        parameters.n_parallel = 1
        parameters.n_gpu_layers = 0
        parameters.warmup = False
        parameters.fit_params = False
        parameters.verbosity = 0
        parameters.cpuparams.n_threads = 1
        parameters.cpuparams_batch.n_threads = 1
        parameters.cache_type_k = xllamacpp.ggml_type.GGML_TYPE_F32
        parameters.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
        parameters.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
        # The library writes its messages to standard error whatever the verbosity is.
        saved, silence = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 2)
        try:
            self.server = xllamacpp.Server(parameters)
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            os.close(silence)
        self.url = self.server.listening_address

    def ask(self, route, body):
        request = urllib.request.Request(
            self.url + route, json.dumps(body).encode(), {"Content-Type": "application/json"})
        return json.load(urllib.request.urlopen(request))

    def tokenize(self, text):
        """The identifiers of a text, without special tokens, whose names in a text are text."""
        return self.ask("/tokenize", {"content": text, "add_special": False, "parse_special": False})["tokens"]

    def greedy(self, tokens, count, choices=0):
        """The continuation of identifiers: its text, its identifiers, and the best choices at each place."""
        answer = self.ask("/completion", {
            "prompt": tokens, "n_predict": count, "temperature": 0, "samplers": ["top_k"], "top_k": 1,
            "return_tokens": True, "cache_prompt": False, "n_probs": choices})
        return answer["content"], answer["tokens"], answer.get("completion_probabilities", [])
