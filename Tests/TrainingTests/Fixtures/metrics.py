# Writes metrics.json: what scikit-learn and SciPy say about made-up answers, many of them with equal scores.
import json, pathlib
import numpy as np
from scipy import stats
from sklearn import metrics

random = np.random.default_rng(3)


def judged(labels, count, absent=()):
    truths = random.integers(0, labels, count)
    truths[np.isin(truths, absent)] = 0
    scores = random.random((count, labels)) + 0.8 * np.eye(labels)[truths] * random.integers(0, 2, (count, 1))
    scores[:, list(absent)] = 0.001
    # Two decimals, so that there are ties.
    probabilities = np.round(scores / scores.sum(1, keepdims=True), 2)
    answers = probabilities.argmax(1)
    scored = metrics.precision_recall_fscore_support(truths, answers, average="macro", zero_division=0)
    each = metrics.precision_recall_fscore_support(
        truths, answers, labels=range(labels), average=None, zero_division=0)
    columns = [1] if labels == 2 else [c for c in range(labels) if c in truths]
    return {
        "labels": labels,
        "truths": truths.tolist(),
        "probabilities": probabilities.flatten().tolist(),
        "accuracy": metrics.accuracy_score(truths, answers),
        "macro": [float(x) for x in scored[:3]],
        "per_label": [[float(x[label]) for x in each] for label in range(labels)],
        "mcc": metrics.matthews_corrcoef(truths, answers),
        "confusion": metrics.confusion_matrix(truths, answers, labels=range(labels)).tolist(),
        "roc_auc": float(np.mean([metrics.roc_auc_score(truths == c, probabilities[:, c]) for c in columns])),
        "pr_auc": float(np.mean([metrics.average_precision_score(truths == c, probabilities[:, c]) for c in columns])),
        "loss": float(np.mean(-np.log(np.maximum(probabilities[np.arange(count), truths], 1e-45)))),
    }


def multi_label(labels, count):
    truths = random.integers(0, 2, (count, labels))
    probabilities = np.round((random.random((count, labels)) + 0.7 * truths) / 1.7, 2)
    answers = probabilities >= 0.5
    def scored(average):
        return [float(x) for x in metrics.precision_recall_fscore_support(truths, answers, average=average)[:3]]
    return {
        "labels": labels,
        "truths": truths.flatten().tolist(),
        "probabilities": probabilities.flatten().tolist(),
        "accuracy": metrics.accuracy_score(truths, answers),
        "macro": scored("macro"),
        "micro": scored("micro"),
        "roc_auc": metrics.roc_auc_score(truths, probabilities, average="macro"),
        "pr_auc": metrics.average_precision_score(truths, probabilities, average="macro"),
    }


values, truths = np.round(random.normal(size=40), 1), np.round(random.normal(size=40), 1)
values = np.round(values + truths, 1)
fixture = {
    "classes": [judged(2, 60), judged(4, 80), judged(6, 50, absent=(4,))],
    "multi_label": multi_label(3, 40),
    "regression": {
        "values": values.tolist(),
        "truths": truths.tolist(),
        "mean_squared_error": metrics.mean_squared_error(truths, values),
        "mean_absolute_error": metrics.mean_absolute_error(truths, values),
        "pearson": float(stats.pearsonr(values, truths)[0]),
        "spearman": float(stats.spearmanr(values, truths)[0]),
    },
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(fixture) + "\n")
