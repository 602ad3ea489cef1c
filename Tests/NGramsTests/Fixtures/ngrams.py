# Writes ngrams.json: what scikit-learn's TF-IDF and linear models answer to made-up texts, and the weights that SciPy
# finds for them beside made-up scores of a network.
import json, pathlib
import numpy as np
from scipy.optimize import minimize
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_union

random = np.random.default_rng(7)
words = ["Über", "naïve", "cat's", "e-mail", "3.14", "snake_case", "ПТИЦА", "鳥が", "x", "blue", "green", "don't", "½", "😀!"]


def texts(count, labels):
    rows, truths = [], []
    for _ in range(count):
        label = int(random.integers(labels))
        chosen = [words[int(random.integers(len(words)))] for _ in range(int(random.integers(1, 7)))]
        if random.random() < 0.8:
            chosen.append(words[label * 3])
        rows.append(["  ", " "][int(random.integers(2))].join(chosen))
        truths.append(label)
    return rows, truths


def features():
    return make_union(
        TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\w+", sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True))


def fitted(kind, labels, x, truths):
    """The model of rows whose truths are lists of labels, or values."""
    if kind == "value":
        return Ridge(alpha=0.1, tol=1e-10).fit(x, truths)
    many = LogisticRegression(C=10, tol=1e-9, max_iter=10000)
    if kind == "single":
        return many.fit(x, [row[0] for row in truths])
    matrix = np.array([[label in row for label in range(labels)] for row in truths]).astype(int)
    return OneVsRestClassifier(many).fit(x, matrix)


def noisy(truths):
    return [float(np.round(t + random.normal() / 5, 2)) for t in truths]


def judged(kind, labels):
    train, truths = texts(60, labels)
    held, _ = texts(12, labels)
    union = features()
    x, z = union.fit_transform(train), union.transform(held)
    if kind == "value":
        truths = noisy(truths)
    else:
        truths = [sorted({t} | ({0} if kind == "multiple" and random.random() < 0.3 else set())) for t in truths]
    model = fitted(kind, labels, x, truths)
    answers = model.predict(z) if kind == "value" else model.predict_proba(z)
    return {"kind": kind, "labels": labels, "columns": x.shape[1], "texts": train, "truths": truths, "held": held,
            "answers": np.asarray(answers).flatten().tolist()}


def ensemble(kind, labels):
    """The weights that make the truth of held-out texts likeliest, of made-up scores of a network beside n-grams."""
    train, truths = texts(60, labels)
    held, answers = texts(40, labels)
    union = features()
    x, z = union.fit_transform(train), union.transform(held)
    truths = noisy(truths) if kind == "value" else [[t] for t in truths]
    model = fitted(kind, labels, x, truths)
    if kind == "value":
        scores = model.predict(z)[:, None]
        held_truths = [float(t) for t in answers]
        network = np.array(held_truths)[:, None] + random.normal(size=(40, 1))
    else:
        scores = model.decision_function(z)
        scores = np.stack([0 * scores, scores], 1) if scores.ndim == 1 else scores
        held_truths = [[t] for t in answers]
        true = np.eye(labels)[answers]
        network = (2 * true if kind == "single" else 4 * true - 2) + random.normal(size=(40, labels)) * 2
    network = network.astype(np.float32)

    def loss(w):
        joined = w[0] * network + w[1] * scores
        if kind == "single":
            chosen = [t[0] for t in held_truths]
            data = (np.log(np.exp(joined).sum(1)) - joined[np.arange(40), chosen]).sum()
        elif kind == "multiple":
            data = (np.logaddexp(0, joined) - joined * np.eye(labels)[answers]).sum()
        else:
            truth = np.array(held_truths)[:, None]
            data = ((joined - truth) ** 2).sum() / (2 * ((network - truth) ** 2).mean())
        return data + ((w[0] - 0.5) ** 2 + (w[1] - 0.5) ** 2) / (2 * 0.25 ** 2)
    best = minimize(loss, [0.5, 0.5], tol=1e-10).x
    return {"kind": kind, "labels": labels, "texts": train, "truths": truths, "held": held, "held_truths": held_truths,
            "network": network.flatten().tolist(), "weights": best.tolist(),
            "joined": (best[0] * network + best[1] * scores).flatten().tolist()}


fixture = {
    "sets": [judged("single", 2), judged("single", 4), judged("multiple", 3), judged("value", 4)],
    "ensembles": [ensemble("single", 2), ensemble("single", 4), ensemble("multiple", 3), ensemble("value", 4)],
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(fixture, ensure_ascii=False) + "\n")
