# Writes muon.json: what PyTorch's Muon (with AdamW's length of step) makes of a wide map, a tall one and two that share
# a parameter, in four steps with given gradients. PyTorch iterates in bfloat16; here its own code runs in float64.
import json, pathlib, torch

torch.set_default_dtype(torch.float64)
torch.bfloat16 = torch.float64
torch.manual_seed(11)
STEPS, RATE = 4, 0.02
shapes = {"wide": [(3, 7)], "tall": [(9, 4)], "pair": [(5, 5), (2, 5)]}
fixture = {"rate": RATE, "steps": STEPS, "parameters": {}}
for name, maps in shapes.items():
    weights = [torch.nn.Parameter(torch.randn(shape)) for shape in maps]
    start = torch.cat([w.detach().flatten() for w in weights]).tolist()
    optimizer = torch.optim.Muon(weights, lr=RATE, weight_decay=0.1, momentum=0.95, adjust_lr_fn="match_rms_adamw")
    gradients = []
    for step in range(STEPS):
        for w in weights:
            w.grad = torch.randn(w.shape) * 2 ** (step % 3 - 1)
        gradients.append(torch.cat([w.grad.flatten() for w in weights]).tolist())
        optimizer.step()
    result = torch.cat([w.detach().flatten() for w in weights]).tolist()
    fixture["parameters"][name] = {"start": start, "gradients": gradients, "result": result}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(fixture, indent=1) + "\n")
