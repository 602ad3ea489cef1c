# Writes judgement.json: the temperatures that SciPy finds for made-up answers, and NumPy's quantiles.
import json, pathlib
import numpy as np
from scipy.optimize import minimize_scalar

random = np.random.default_rng(7)


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
    "temperatures": [temperature(2, 3.0), temperature(4, 0.4), temperature(3, 2.0)],
    "quantiles": [[float(np.quantile(np.arange(n) ** 1.5, q)) for q in (0.025, 0.975)] for n in (5, 40, 1000)],
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(fixture, ensure_ascii=False) + "\n")
