"""Ten steps of PyTorch's optimizers on a handful of numbers, for UpdatesTests.swift.

Run:  python make_updates.py > updates.txt

The gradients are computed in Swift and Python alike: gradient i of step t is ((7 i + 5 t + 3 i t) mod 11 - 5) / 8,
which Float holds exactly. Each line: a name, then the parameters after each step, as hexadecimal bit patterns
of float32, steps separated by commas.
"""

import struct

import torch

START = [0.5, -1.25, 2.0, 0.0, -0.001, 3.5, -0.75]
OPTIMIZERS = {
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1),
    "adam": lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=0),
    "adam_decay": lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.05),
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.01),
    "sgd_momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, dampening=0.2, weight_decay=0.01),
    "sgd_nesterov": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.95, eps=1e-8, weight_decay=0.02),
    "rmsprop_momentum": lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.99, eps=1e-8, momentum=0.8),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=0.1, eps=1e-10, weight_decay=0.01),
}

for name, make in OPTIMIZERS.items():
    parameter = torch.nn.Parameter(torch.tensor(START))
    optimizer = make([parameter])
    steps = []
    for t in range(10):
        gradient = [((7 * i + 5 * t + 3 * i * t) % 11 - 5) / 8 for i in range(len(START))]
        parameter.grad = torch.tensor(gradient)
        optimizer.step()
        steps.append(" ".join(struct.pack(">f", x).hex() for x in parameter.tolist()))
    print(f"{name}: {','.join(steps)}")
