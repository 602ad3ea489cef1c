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


def judged(kind, labels):
    train, truths = texts(60, labels)
    held, _ = texts(12, labels)
    union = features()
    x, z = union.fit_transform(train), union.transform(held)
    many = LogisticRegression(C=10, tol=1e-9, max_iter=10000)
    if kind == "single":
        answers = many.fit(x, truths).predict_proba(z)
        truths = [[t] for t in truths]
    elif kind == "multiple":
        truths = [sorted({t} | ({0} if random.random() < 0.3 else set())) for t in truths]
        matrix = np.array([[label in row for label in range(labels)] for row in truths]).astype(int)
        answers = OneVsRestClassifier(many).fit(x, matrix).predict_proba(z)
    else:
        truths = [float(np.round(t + random.normal() / 5, 2)) for t in truths]
        answers = Ridge(alpha=0.1, tol=1e-10).fit(x, truths).predict(z)[:, None]
    return {"kind": kind, "labels": labels, "columns": x.shape[1], "texts": train, "truths": truths, "held": held,
            "answers": np.asarray(answers).flatten().tolist()}


def ensemble(kind, labels):
    """The weights that make the truth of held-out texts likeliest, of made-up scores of a network beside n-grams."""
    train, truths = texts(60, labels)
    held, answers = texts(40, labels)
    union = features()
    x, z = union.fit_transform(train), union.transform(held)
    many = LogisticRegression(C=10, tol=1e-9, max_iter=10000)
    if kind == "single":
        scores = many.fit(x, truths).decision_function(z)
        scores = np.stack([0 * scores, scores], 1) if labels == 2 else scores
        truths = [[t] for t in truths]
        network = 2 * np.eye(labels)[answers] + random.normal(size=(40, labels)) * 2
        held_truths = [[t] for t in answers]
    elif kind == "multiple":
        matrix = np.eye(labels)[truths].astype(int)
        scores = OneVsRestClassifier(many).fit(x, matrix).decision_function(z)
        truths = [[t] for t in truths]
        network = 4 * np.eye(labels)[answers] - 2 + random.normal(size=(40, labels)) * 2
        held_truths = [[t] for t in answers]
    else:
        truths = [float(np.round(t + random.normal() / 5, 2)) for t in truths]
        scores = Ridge(alpha=0.1, tol=1e-10).fit(x, truths).predict(z)[:, None]
        held_truths = [float(t) for t in answers]
        network = np.array(held_truths)[:, None] + random.normal(size=(40, 1))
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
        return data + ((w[0] - 0.5) ** 2 + (w[1] - 0.5) ** 2) / 2
    best = minimize(loss, [0.5, 0.5], tol=1e-10).x
    return {"kind": kind, "labels": labels, "texts": train, "truths": truths, "held": held, "held_truths": held_truths,
            "network": network.flatten().tolist(), "weights": best.tolist(),
            "joined": (best[0] * network + best[1] * scores).flatten().tolist()}


fixture = {
    "sets": [judged("single", 2), judged("single", 4), judged("multiple", 3), judged("value", 4)],
    "ensembles": [ensemble("single", 2), ensemble("single", 4), ensemble("multiple", 3), ensemble("value", 4)],
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(fixture, ensure_ascii=False) + "\n")
