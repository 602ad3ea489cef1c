# Writes distillation.json: cross-entropy mixed with the divergence from a teacher at a temperature, and its gradient, by
# PyTorch in float64: of language heads (every row counts alike), of several labels, and of single labels with weights.
import json, pathlib, torch
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)
torch.manual_seed(5)
ROWS, COLUMNS = 4, 7
cases = []


def divergence(student, teacher, temperature):
    """KL(teacher || student) of each row."""
    return F.kl_div(
        F.log_softmax(student / temperature, -1), F.log_softmax(teacher / temperature, -1), reduction="none",
        log_target=True).sum(-1)


def add(kind, hard, soft, weight, temperature, **more):
    student = torch.randn(ROWS, COLUMNS, requires_grad=True)
    teacher = torch.randn(ROWS, COLUMNS) * 3
    loss = (1 - weight) * hard(student) + weight * soft(student, teacher)
    loss.backward()
    cases.append({
        "kind": kind, "weight": weight, "temperature": temperature, "student": student.flatten().tolist(),
        "teacher": teacher.flatten().tolist(), "loss": loss.item(), "gradient": student.grad.flatten().tolist(), **more})


targets = torch.randint(COLUMNS, (ROWS,))
for weight, temperature, smoothing in [(0.5, 2.0, 0.0), (0.9, 4.0, 0.1), (1.0, 1.0, 0.0), (0.25, 0.5, 0.2)]:
    add(
        "language",
        lambda s: F.cross_entropy(s, targets, label_smoothing=smoothing, reduction="sum"),
        lambda s, t: temperature**2 * divergence(s, t, temperature).sum(),
        weight, temperature, targets=targets.tolist(), smoothing=smoothing)

classWeights = torch.rand(COLUMNS) + 0.5
add(
    "single", lambda s: F.cross_entropy(s, targets, weight=classWeights, reduction="sum"),
    lambda s, t: 9 * (divergence(s, t, 3.0) * classWeights[targets]).sum(),
    0.6, 3.0, targets=targets.tolist(), classWeights=classWeights.tolist())

several = torch.randint(2, (ROWS, COLUMNS)).to(torch.float64)


def each(student, teacher, temperature):
    """The divergence of each label by itself: its cross-entropy, less what the teacher's own is."""
    wanted = torch.sigmoid(teacher / temperature)
    bce = F.binary_cross_entropy_with_logits
    return bce(student / temperature, wanted, reduction="sum") - bce(teacher / temperature, wanted, reduction="sum")


add(
    "several", lambda s: F.binary_cross_entropy_with_logits(s, several, reduction="sum"),
    lambda s, t: 4 * each(s, t, 2.0), 0.3, 2.0, targets=several.flatten().tolist())
values = torch.randn(ROWS, COLUMNS)
add(
    "values", lambda s: F.mse_loss(s, values, reduction="sum"), lambda s, t: F.mse_loss(s, t, reduction="sum"), 0.4, 2.0,
    targets=values.flatten().tolist())
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps({"rows": ROWS, "columns": COLUMNS, "cases": cases}, indent=1) + "\n")
