"""Runs the program under test."""
import json
import subprocess


class Program:
    def __init__(self, path):
        self.path = path

    def run(self, *arguments, check=True):
        done = subprocess.run([self.path, *map(str, arguments)], capture_output=True, text=True)
        if check and done.returncode:
            raise SystemExit(f"{' '.join(map(str, arguments[:3]))} …: {done.stderr.strip()}")
        return done

    def objects(self, *arguments):
        """The JSON objects that a command prints."""
        done = self.run(arguments[0], "--json", *arguments[1:])
        return [json.loads(line) for line in done.stdout.split("\n") if line]

    def encode(self, tokenizer, texts):
        """The identifiers of texts, which may have line ends, but neither NUL nor more than a shell can pass."""
        rows = []
        for start in range(0, len(texts), 300):
            part = texts[start:start + 300]
            done = self.run("tokenizer", "encode", "--json", "--tokenizer", tokenizer, "--", *part)
            rows += [json.loads(line)["tokens"] for line in done.stdout.split("\n") if line]
        assert len(rows) == len(texts), (len(rows), len(texts))
        return rows
