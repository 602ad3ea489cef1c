"""Compares the llama2.c checkpoint of TinyStories with the text of its reference program.

    python3 check_stories.py PROGRAM FOLDER

The folder has stories260K.bin, tok512.model and greedy.txt, what run.c prints at temperature 0.
"""
import os
import sys
import tempfile

from program import Program


def main():
    program, folder = Program(sys.argv[1]), sys.argv[2]
    with open(os.path.join(folder, "greedy.txt"), encoding="utf-8") as file:
        expected = file.read().strip()
    with tempfile.TemporaryDirectory() as scratch:
        model = os.path.join(scratch, "stories")
        program.run("convert", os.path.join(folder, "stories260K.bin"), model, "--to", "hf", "--tokenizer",
                    os.path.join(folder, "tok512.model"))
        found = program.objects("generate", "--model", model, "--prompt", "Once upon a time", "--temperature", 0,
                                "--max-tokens", 260)[0]["text"]
    alike = ("Once upon a time" + found).startswith(expected)
    print(f"llama2.c: {len(expected)} characters of greedy text are {'alike' if alike else 'NOT alike'}")
    if not alike:
        print(f"  {found!r}\n  instead of\n  {expected!r}")
    sys.exit(0 if alike else 1)


if __name__ == "__main__":
    main()
