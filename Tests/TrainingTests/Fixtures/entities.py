# Writes entities.json: what seqeval says about made-up labels of words, many of them in a wrong order.
import json, pathlib, random
from seqeval import metrics
from seqeval.metrics.sequence_labeling import get_entities

random.seed(5)


def texts(labels, count):
    return [[random.choice(labels) for _ in range(random.randint(1, 9))] for _ in range(count)]


def case(labels, count):
    truths = texts(labels, count)
    answers = [[t if random.random() < 0.7 else random.choice(labels) for t in truth] for truth in truths]
    report = metrics.classification_report(truths, answers, output_dict=True, zero_division=0)
    kinds = sorted(name for name in report if not name.endswith(" avg"))
    def scores(name):
        return [float(report[name][key]) for key in ("precision", "recall", "f1-score", "support")]
    return {
        "labels": labels, "truths": truths, "answers": answers,
        "spans": [[[kind, first, last + 1] for kind, first, last in get_entities(truth)] for truth in truths],
        "kinds": {kind: scores(kind) for kind in kinds},
        "micro": scores("micro avg"), "macro": scores("macro avg"),
        "accuracy": float(metrics.accuracy_score(truths, answers)),
    }


cases = [
    case(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"], 60),
    case(["O", "I-PER", "I-LOC", "B-LOC"], 60),
    case(["O", "B-A", "I-A", "E-A", "S-A", "B-B-x", "I-B-x", "E-B-x", "S-B-x"], 60),
]
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
