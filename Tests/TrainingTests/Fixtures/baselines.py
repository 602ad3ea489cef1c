# Writes baselines.json: what scikit-learn's TF-IDF and linear models answer to made-up texts, and the temperatures that
# SciPy finds for made-up answers.
import json, pathlib
import numpy as np
from scipy.optimize import minimize_scalar
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


def temperature(labels, sharpness):
    truths = random.integers(0, labels, 80)
    logits = sharpness * (random.normal(size=(80, labels)) + np.eye(labels)[truths])
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)

    def loss(log):
        scaled = np.log(probabilities) / np.exp(log)
        scaled -= np.log(np.exp(scaled).sum(1, keepdims=True))
        return -scaled[np.arange(80), truths].mean()
    best = minimize_scalar(loss, bounds=(-3, 3), method="bounded", options={"xatol": 1e-10})
    return {"labels": labels, "truths": truths.tolist(), "probabilities": probabilities.flatten().tolist(),
            "temperature": float(np.exp(best.x)), "loss": float(best.fun)}


fixture = {
    "sets": [judged("single", 2), judged("single", 4), judged("multiple", 3), judged("value", 4)],
    "temperatures": [temperature(2, 3.0), temperature(4, 0.4), temperature(3, 2.0)],
    "quantiles": [[float(np.quantile(np.arange(n) ** 1.5, q)) for q in (0.025, 0.975)] for n in (5, 40, 1000)],
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(fixture, ensure_ascii=False) + "\n")
