# Writes optimizers.json: what PyTorch's optimizers make of a matrix (which decays) and a vector (which does not) in six
# steps with given gradients, clipped to a norm of 1, on a learning rate that goes down linearly.
import json, pathlib, torch

torch.manual_seed(7)
STEPS, RATE = 6, 0.05
matrix, vector = torch.randn(3, 4), torch.randn(3)
gradients = [(torch.randn(3, 4) * 2 ** (step % 3 - 1) / 3, torch.randn(3) / 3) for step in range(STEPS)]


def run(make):
    w, b = torch.nn.Parameter(matrix.clone()), torch.nn.Parameter(vector.clone())
    optimizer = make([{"params": [w], "weight_decay": 0.1}, {"params": [b], "weight_decay": 0.0}])
    for step in range(STEPS):
        w.grad, b.grad = gradients[step][0].clone(), gradients[step][1].clone()
        torch.nn.utils.clip_grad_norm_([w, b], 1.0)
        for group in optimizer.param_groups:
            group["lr"] = RATE * (1 - step / STEPS)
        optimizer.step()
    return {"matrix": w.flatten().tolist(), "vector": b.tolist()}


optim = torch.optim
results = {
    "adamw": run(lambda groups: optim.AdamW(groups, lr=RATE, betas=(0.9, 0.99), eps=1e-8)),
    "adam": run(lambda groups: optim.Adam(groups, lr=RATE, betas=(0.9, 0.99), eps=1e-8)),
    "sgd": run(lambda groups: optim.SGD(groups, lr=RATE)),
    "momentum": run(lambda groups: optim.SGD(groups, lr=RATE, momentum=0.9, dampening=0.1)),
    "nesterov": run(lambda groups: optim.SGD(groups, lr=RATE, momentum=0.9, nesterov=True)),
    "rmsprop": run(lambda groups: optim.RMSprop(groups, lr=RATE, alpha=0.95)),
    "rmsprop_momentum": run(lambda groups: optim.RMSprop(groups, lr=RATE, alpha=0.95, momentum=0.8)),
    "adagrad": run(lambda groups: optim.Adagrad(groups, lr=RATE, lr_decay=0.01)),
}
fixture = {
    "rate": RATE,
    "matrix": matrix.flatten().tolist(),
    "vector": vector.tolist(),
    "gradients": [{"matrix": w.flatten().tolist(), "vector": b.tolist()} for w, b in gradients],
    "norms": [float(torch.cat([w.flatten(), b]).norm()) for w, b in gradients],
    "results": results,
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(fixture, indent=1) + "\n")
