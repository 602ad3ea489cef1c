"""Texts for comparisons of tokenizers: the lines of a file, and texts that are hard on purpose."""
import random

HARD = [
    "", " ", "  ", "\n", "\n\n", " \n \n", "\t", "a\tb", "  two  spaces ", " lead", "trail ", "a\r\nb", "\ttab\tand\n newline\n\nx",
    "\u2581under\u2581", "e\u0301 \u00e9", "\ufb01 \ufb02 \ufdfa", "\u00a0nbsp\u00a0", "\u200bzero\u200d", "\u2028sep\u2029", "\x01ctl\x7f\x1b[0m",
    "x" * 400, "a" * 90 + " " * 40, "123 4567, 12, 3,", "\u2460\u2461\u2163\u00bd", "\u0131\u0130\u00df\u03a3\u03c2", "``quoted'' '''x'''", "don't we'll I'M",
    "\u65e5\u672c\u8a9e\u30c6\u30ad\u30b9\u30c8 \u6f22\u5b57", "\ud55c\uad6d\uc5b4 \u1100\u1161\u11a8", "\u0939\u093f\u0928\u094d\u0926\u0940 \u0e20\u0e32\u0e29\u0e32", "\u202eabc\u202c", "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea",
    "\U0010fffd\ue000", "<0x41> <0x0A>", "\u3000\uff21\uff22", "[brackets] {braces} # ## ###", "\u0300\u0301x \u0345",
]
RANGES = [
    (0x20, 0x7F), (0x20, 0x7F), (0xA0, 0x250), (0x300, 0x370), (0x370, 0x600), (0x900, 0xE80), (0x1E00, 0x2100),
    (0x2000, 0x2070), (0x3000, 0x3100), (0x4E00, 0x4F00), (0xAC00, 0xAD00), (0xFB00, 0xFE00), (0xFF00, 0xFFF0),
    (0x1F300, 0x1F650),
]


def hard(count, seed=1):
    """Texts of characters from all over, words and spaces."""
    source = random.Random(seed)
    texts = list(HARD)
    for _ in range(count):
        parts = []
        for _ in range(source.randint(1, 16)):
            parts.append(source.choice([chr(source.randrange(*source.choice(RANGES))), "the ", "a", " ", "  ", "\n", "1,"]))
        texts.append("".join(parts))
    return texts


def lines(path, count):
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n").replace("\0", "") for line, _ in zip(file, range(count))]
