"""Numbers of PyTorch for the networks of the module Baselines: KDHR, PresRecST and the MLP.

    python tools/golden_baselines.py Tests/BaselinesTests/Fixtures/torch.json

Everything in float64; made with torch 2.13 (CPU). Weights are a function of their names, so only results are stored: one
forward pass in training, the gradients of all weights (as sums with fixed numbers), and one forward pass in evaluation.
"""

import json
import math
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)

SYMPTOMS = [[0], [1, 2], [0, 3], [2], [3, 1, 0], [4], [2, 4], [1]]
HERBS = [[0, 1], [1, 2, 5], [0, 3], [2, 5], [3, 4, 0], [6], [5, 2], [1, 2]]
NS, NH, P = 5, 7, 3
X = torch.zeros(len(SYMPTOMS), NS)
Y = torch.zeros(len(HERBS), NH)
for r, (s, h) in enumerate(zip(SYMPTOMS, HERBS)):
    X[r, s] = 1
    Y[r, h] = 1
PROPERTIES = torch.tensor([[(i * 5 + j * 3) % 4 == 0 for j in range(P)] for i in range(NH)]).double()
results = {}


def table(name, *shape):
    """A weight made of its name: 0.5 sin(0.7 (i + 1) + c), one more for the scale of a BatchNorm."""
    c = sum(name.encode()) % 17
    count = math.prod(shape)
    values = [0.5 * math.sin(0.7 * (i + 1) + c) for i in range(count)]
    if "norm" in name and name.endswith("weight"):
        values = [1 + v for v in values]
    return torch.tensor(values).reshape(shape).requires_grad_()


class Weights(dict):
    def __call__(self, name, *shape):
        if name not in self:
            self[name] = table(name, *shape)
        return self[name]


def batch_norm(w, name, x, running, training, eps):
    mean, var = running.setdefault(name, (torch.zeros(x.shape[1]), torch.ones(x.shape[1])))
    return F.batch_norm(
        x, mean, var, w(name + ".weight", x.shape[1]), w(name + ".bias", x.shape[1]), training=training, eps=eps)


def linear(w, name, x, out):
    return F.linear(x, w(name + ".weight", out, x.shape[1]), w(name + ".bias", out))


def run(name, network):
    w, running = Weights(), {}
    logits = network(w, running, True)
    loss = F.binary_cross_entropy_with_logits(logits, Y, reduction="sum") / len(Y)
    loss.backward()
    with torch.no_grad():
        evaluated = network(w, running, False)
    results[name] = {
        "loss": loss.item(),
        "evaluated": evaluated.reshape(-1).tolist(),
        "gradients": {
            k: sum(g * math.cos(i) for i, g in enumerate(v.grad.reshape(-1).tolist())) for k, v in w.items()
        },
    }


def adjacency(sets, count, threshold):
    counts = torch.zeros(count, count)
    for s in sets:
        for a in s:
            for b in s:
                if a != b:
                    counts[a, b] += 1
    return (counts >= threshold).double()


def kdhr(w, running, training, d=4, hidden=6):
    mixed = torch.zeros(NS + NH, NS + NH)
    mixed[:NS, NS:] = (X.t() @ Y >= 1).double()
    mixed[NS:, :NS] = mixed[:NS, NS:].t()
    mean = mixed / mixed.sum(1, keepdim=True).clamp(min=1)
    e = w("embedding.weight", NS + NH, d)

    def branch(name):
        one = torch.tanh(mean @ linear(w, name + ".conv1", e, d))
        two = torch.tanh(mean @ linear(w, name + ".conv2", one, d))
        fused = linear(w, name + ".fusion", (e + one + two) / 3, hidden)
        return torch.tanh(batch_norm(w, name + ".norm", fused, running, training, 1e-5))

    ss, hh = adjacency(SYMPTOMS, NS, 1), adjacency(HERBS, NH, 2)
    es = branch("symptoms")[:NS] + torch.tanh(ss @ linear(w, "conv_ss", e[:NS], hidden))
    features = torch.cat([e[NS:], PROPERTIES], 1)
    eh = branch("herbs")[NS:] + torch.tanh(hh @ linear(w, "conv_hh", features, hidden))
    pooled = linear(w, "induction", (X @ es) / X.sum(1, keepdim=True), hidden)
    return torch.relu(batch_norm(w, "induction_norm", pooled, running, training, 1e-5)) @ eh.t()


def presrecst(w, running, training, d=4):
    def block(name, x):
        x = batch_norm(w, name + ".norm", linear(w, name + ".lin1", x, d), running, training, d)
        return linear(w, name + ".lin2", torch.relu(x), d)

    syn, treat = w("syndromes.weight", 3, d), w("treatments.weight", 2, d)
    symptom = block("symptom_block", linear(w, "aggregation", X @ w("symptoms.weight", NS, d), d))
    seen = symptom @ syn.t() @ syn
    syndrome = block("syndrome_block", torch.cat([symptom, seen], 1))
    planned = syndrome @ treat.t() @ treat
    mixed = linear(w, "treatment_mixer", torch.cat([seen, planned], 1), d)
    return block("treatment_block", torch.cat([symptom, syndrome, mixed], 1)) @ w("herbs.weight", NH, d).t()


def mlp(w, running, training, d=6):
    x = torch.relu(X @ w("input.weight", NS, d) + w("input.bias", d))
    return linear(w, "output", torch.relu(linear(w, "hidden", x, d)), NH)


run("kdhr", kdhr)
run("presrecst", presrecst)
run("mlp", mlp)
with open(sys.argv[1], "w") as f:
    json.dump(results, f, indent=1)
    f.write("\n")
