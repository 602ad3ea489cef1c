"""Makes dry.json: what DRY ("don't repeat yourself", p-e-w 2024) takes from the scores of tokens, from its definition.

    python dry.py > dry.json

For a token t and each n, look whether the newest n tokens, none of them a breaker, stood in the history before and were
followed by t, which is no breaker either. The largest such n, at most 50, that is at least the allowed length, costs
multiplier * base ** (n - allowed). Each case has the costs of all tokens of a vocabulary of 12.
"""
import json
import random

VOCABULARY = 12
LONGEST = 50
random.seed(5)


def stood_before(history, run, token):
    """Whether run + [token] is somewhere in the history; the run itself at the end is not followed by anything."""
    wanted = run + [token]
    return any(history[i:i + len(wanted)] == wanted for i in range(len(history) - len(wanted) + 1))


def cost(history, token, multiplier, base, allowed, breakers):
    if token in breakers:
        return 0.0
    lengths = [
        n for n in range(1, min(LONGEST, len(history)) + 1)
        if not set(history[-n:]) & breakers and stood_before(history, history[-n:], token)
    ]
    longest = max(lengths, default=0)
    return multiplier * base ** (longest - allowed) if longest >= allowed else 0.0


def case(history, multiplier=0.8, base=1.75, allowed=2, breakers=()):
    breakers = set(breakers)
    costs = [cost(history, token, multiplier, base, allowed, breakers) for token in range(VOCABULARY)]
    return {"history": history, "multiplier": multiplier, "base": base, "allowed_length": allowed,
            "breakers": sorted(breakers), "costs": [float(f"{x:.7g}") for x in costs]}


cases = [
    case([1]),
    case([1, 1]),
    case([1, 1, 1, 1]),
    case([1, 2, 3, 1, 2]),
    case([1, 2, 3, 4, 1, 2, 3], allowed=1),
    case([1, 2, 3, 4, 1, 2, 3], allowed=3),
    case([1, 2, 3, 4, 1, 2, 3], allowed=4),
    case([5, 1, 2, 3, 9, 1, 2, 4, 5, 1, 2]),
    case([1, 2, 3, 4, 1, 2, 3], breakers=[2]),
    case([1, 2, 3, 4, 1, 2, 3], breakers=[3]),
    case([1, 2, 3, 4, 1, 2, 3], breakers=[4]),
    case([1, 2, 3, 4, 1, 2, 3], breakers=[9]),
    case([3] * 70, base=1.02),
    case(list(range(12)) * 6, multiplier=2.0, base=1.01),
]
for _ in range(20):
    history = [random.randrange(3) for _ in range(random.randrange(2, 60))]
    cases.append(case(history, multiplier=random.choice([0.25, 1.0]), base=random.choice([1.0, 1.25]),
                      allowed=random.randrange(1, 5), breakers=random.choice([[], [0], [2]])))
print(json.dumps({"cases": cases}, separators=(",", ":")))
