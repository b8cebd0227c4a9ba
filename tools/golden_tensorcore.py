"""Numbers of PyTorch for the operations, layers, optimisers and schedules of TensorCore and Layers.

    python tools/golden_tensorcore.py Tests/LayersTests/Fixtures/torch.json

Everything in float64 on one thread; made with torch 2.13 (CPU). Inputs are rounded to three decimals.
"""

import json
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
generator = torch.Generator().manual_seed(20261121)


def normal(*shape, scale=1.0, shift=0.0):
    return torch.round((torch.randn(*shape, generator=generator) * scale + shift) * 1000) / 1000


def packed(x):
    x = x.detach()
    return {"shape": list(x.shape) or [1], "values": x.reshape(-1).tolist()}


operations = []


def operation(name, function, numbers=None, constants=(), **inputs):
    """One operation: inputs, dy, output, and the gradients of all inputs but the constants."""
    numbers = numbers or {}
    leaves = {k: v.clone().requires_grad_(k not in constants) for k, v in inputs.items()}
    y = function(**leaves, **{k: torch.tensor(v) for k, v in numbers.items()})
    dy = normal(*(y.shape or (1,))).reshape(y.shape)
    y.backward(dy)
    operations.append({
        "name": name,
        "inputs": {k: packed(v) for k, v in inputs.items()},
        "numbers": {k: list(v) for k, v in numbers.items()},
        "dy": packed(dy),
        "output": packed(y),
        "gradients": {k: packed(v.grad) for k, v in leaves.items() if k not in constants},
    })


# Products.
operation("linear", lambda x, w, b: F.linear(x, w, b), x=normal(2, 3, 4), w=normal(5, 4), b=normal(5))
operation("matmul", lambda a, b: a @ b, a=normal(3, 4), b=normal(4, 2))
operation("batch_matmul", lambda a, b: a @ b, a=normal(2, 3, 4), b=normal(2, 4, 2))
operation("batch_matmul_transposed", lambda a, b: a @ b.transpose(-1, -2), a=normal(2, 2, 3, 4), b=normal(2, 2, 5, 4))


def attention(q, k, v, mask=None, heads=2):
    def apart(x):
        return x.reshape(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)

    y = F.scaled_dot_product_attention(apart(q), apart(k), apart(v), attn_mask=mask)
    return y.transpose(1, 2).reshape(q.shape[0], q.shape[1], -1)


operation("attention", attention, q=normal(2, 3, 4), k=normal(2, 5, 4), v=normal(2, 5, 6))
operation("attention_pairs", attention, constants=["mask"], q=normal(2, 3, 4), k=normal(2, 5, 4), v=normal(2, 5, 4),
          mask=normal(3, 5))
operation("attention_heads", attention, constants=["mask"], q=normal(2, 3, 4), k=normal(2, 5, 4), v=normal(2, 5, 4),
          mask=normal(2, 2, 3, 5))
operation("attention_causal", lambda q, k, v: attention(q, k, v, torch.ones(4, 4).tril().log()),
          q=normal(2, 4, 4), k=normal(2, 4, 4), v=normal(2, 4, 4))

# Rows.
operation("softmax", lambda x: x.softmax(-1), x=normal(3, 5))
operation("softmax_mask", lambda x, mask: (x + mask).softmax(-1), constants=["mask"], x=normal(3, 5), mask=normal(3, 5))
operation("log_softmax", lambda x: x.log_softmax(-1), x=normal(3, 5, scale=4))
operation("layer_norm", lambda x, w, b: F.layer_norm(x, (6,), w, b), x=normal(4, 6), w=normal(6), b=normal(6))
operation("normalize", lambda x: F.normalize(x, dim=-1), x=normal(3, 4))

# Functions.
for name, function in {
    "relu": F.relu, "gelu": F.gelu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "elu": F.elu,
    "leaky_relu": lambda x: F.leaky_relu(x, 0.2), "exp": torch.exp, "square": torch.square, "abs": torch.abs,
    "reciprocal": torch.reciprocal, "softplus": F.softplus, "log_sigmoid": F.logsigmoid,
    "clamp": lambda x: x.clamp(-0.5, 0.8),
}.items():
    operation(name, lambda x, f=function: f(x), x=normal(3, 4, scale=2))
operation("log", lambda x: torch.log(x), x=normal(3, 4).abs() + 0.1)
operation("sqrt", lambda x: torch.sqrt(x), x=normal(3, 4).abs() + 0.1)
operation("divide", lambda a, b: a / b, a=normal(3, 4), b=normal(3, 4).abs() + 0.5)
operation("masked_fill", lambda x, mask: x.masked_fill(mask > 0, -2.5), constants=["mask"], x=normal(3, 4),
          mask=normal(3, 4))

# Axes and shapes.
operation("sum_axis", lambda x: x.sum(1), x=normal(2, 3, 4))
operation("mean_axis", lambda x: x.mean(0), x=normal(2, 3, 4))
operation("max_axis", lambda x: x.max(1).values, x=torch.tensor([[[1.0, 5.0], [2.0, 5.0], [2.0, -1.0]]]))
operation("permute", lambda x: x.permute(2, 0, 1), x=normal(2, 3, 4))
operation("transpose", lambda x: x.transpose(-1, -2), x=normal(2, 3, 4))
operation("slice", lambda x: x[:, 1:3], x=normal(2, 4, 3))
operation("flip", lambda x: x.flip(1), x=normal(2, 4, 3))
operation("broadcast", lambda x: x.broadcast_to(2, 3, 4), x=normal(3, 1))
operation("add_row", lambda x, row: x + row, x=normal(3, 4), row=normal(4))
operation("multiply_row", lambda x, row: x * row, x=normal(3, 4), row=normal(4))
operation("add_column", lambda x, column: x + column[:, None], x=normal(3, 4), column=normal(3))
operation("multiply_column", lambda x, column: x * column[:, None], x=normal(3, 4), column=normal(3))
operation("concat_axis", lambda a, b: torch.cat([a, b], 1), a=normal(2, 1, 3), b=normal(2, 2, 3))
operation("split_axis", lambda x: x.split([1, 3], 1)[1] * x.split([1, 3], 1)[0], x=normal(2, 4, 3))
operation("l1_norm", lambda x: x.norm(1), x=normal(3, 4))
operation("l2_norm", lambda x: x.norm(2), x=normal(3, 4))

# Selections and segments.
rows = [2, 0, 2, 1, 2]
operation("embedding", lambda table, index: F.embedding(index, table, padding_idx=1), {"index": rows}, table=normal(4, 3))
operation("gather", lambda table, index: table[index], {"index": rows}, table=normal(4, 3))
operation("gather_columns", lambda x, index: x.gather(1, index.reshape(3, 2)), {"index": [0, 3, 1, 1, 2, 0]},
          x=normal(3, 4))
operation("scatter_columns", lambda x, index: torch.zeros(3, 5).scatter_add(1, index.reshape(3, 2), x),
          {"index": [0, 3, 1, 1, 4, 0]}, x=normal(3, 2))


def reduced(kind):
    return lambda x, index: torch.zeros(4, x.shape[1]).scatter_reduce(
        0, index[:, None].expand_as(x), x, kind, include_self=False)


operation("segment_sum", reduced("sum"), {"index": rows}, x=normal(5, 3))
operation("segment_mean", reduced("mean"), {"index": rows}, x=normal(5, 3))
# Below all numbers, because torch counts an equal element of the start as one more tie; the empty row is 0 with us.
operation("segment_max", lambda x, index: torch.full((4, 3), -50.0).scatter_reduce(
    0, index[:, None].expand_as(x), x, "amax").where(torch.tensor([[1], [1], [1], [0]]) > 0, 0.0),
    {"index": rows}, x=torch.round(normal(5, 3)))


def segment_softmax(x, index):
    y = torch.zeros_like(x)
    for segment in index.unique():
        y = y + (index == segment)[:, None] * torch.where((index == segment)[:, None], x, -torch.inf).softmax(0)
    return y


operation("segment_softmax", segment_softmax, {"index": rows}, x=normal(5, 3))
operation("edge_sum", lambda z, w, source, target: torch.zeros(3, 2, 2).index_add(
    0, target, w[:, :, None] * z.reshape(4, 2, 2)[source]).reshape(3, 4),
    {"source": [3, 0, 0, 2, 1], "target": [0, 2, 0, 0, 2]}, z=normal(4, 4), w=normal(5, 2))


# Recurrent cells, normalisation over rows.
def gru(input, recurrent, hidden):
    a, c = input.chunk(3, 1), recurrent.chunk(3, 1)
    r, z = torch.sigmoid(a[0] + c[0]), torch.sigmoid(a[1] + c[1])
    n = torch.tanh(a[2] + r * c[2])
    return (1 - z) * n + z * hidden


operation("gru", gru, input=normal(2, 9), recurrent=normal(2, 9), hidden=normal(2, 3))

# Losses.
targets = (normal(3, 5) > 0).double()
lists = torch.full((3, 5), -1)
for i in range(3):
    found = targets[i].nonzero().flatten()
    lists[i, : len(found)] = found
operation("bce", lambda x, y: F.binary_cross_entropy_with_logits(x, y), constants=["y"], x=normal(3, 5, scale=3),
          y=targets)
operation("multilabel_margin", lambda x, y: F.multilabel_margin_loss(torch.sigmoid(x), lists), constants=["y"],
          x=normal(3, 5), y=targets)
operation("cross_entropy", lambda x, index: F.cross_entropy(x, index), {"index": [4, 0, 2]}, x=normal(3, 5))
operation("nll", lambda x, index: F.nll_loss(x, index), {"index": [4, 0, 2]}, x=normal(3, 5))
operation("mse", lambda x, y: F.mse_loss(x, y), constants=["y"], x=normal(3, 5), y=normal(3, 5))
operation("kl_div", lambda x, y: F.kl_div(x.log_softmax(-1), y, reduction="batchmean"), constants=["y"],
          x=normal(2, 3), y=torch.tensor([[0.5, 0.25, 0.25], [0.0, 0.125, 0.875]]))
operation("normal_divergence", lambda m, v: torch.distributions.kl_divergence(
    torch.distributions.Normal(m, (v / 2).exp()), torch.distributions.Normal(0.0, 1.0)).sum(1).mean(),
    m=normal(3, 4), v=normal(3, 4))
operation("normal_sample", lambda m, v, e: m + (v / 2).exp() * e, constants=["e"], m=normal(3, 4), v=normal(3, 4),
          e=normal(3, 4))
operation("margin_ranking", lambda a, b, y: F.margin_ranking_loss(a, b, y, margin=0.3), constants=["y"],
          a=normal(6), b=normal(6), y=torch.tensor([1.0, -1, 1, -1, 1, 1]))
operation("multi_margin", lambda x, index: F.multi_margin_loss(x, index), {"index": [4, 0, 2]}, x=normal(3, 5))

# Layers: parameters and their gradients by torch's names.
layers = []


def layer(name, module, run, constants=(), **inputs):
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(normal(*p.shape, scale=0.5))
    if isinstance(module, nn.Embedding):
        module.weight.data[module.padding_idx] = 0
    leaves = {k: v.clone().requires_grad_(k not in constants and v.is_floating_point()) for k, v in inputs.items()}
    parameters = {k: packed(v) for k, v in module.named_parameters()}
    outputs = run(module, **leaves)
    slopes = [normal(*y.shape) for y in outputs]
    sum((y * g).sum() for y, g in zip(outputs, slopes)).backward()
    layers.append({
        "name": name,
        "parameters": parameters,
        "inputs": {k: packed(v.double()) for k, v in inputs.items()},
        "outputs": [packed(y) for y in outputs],
        "dys": [packed(g) for g in slopes],
        "gradients": {k: packed(v.grad) for k, v in leaves.items() if v.requires_grad},
        "parameterGradients": {k: packed(v.grad) for k, v in module.named_parameters()},
        "buffers": {k: packed(v.double()) for k, v in module.named_buffers() if "num_batches" not in k},
    })


hidden = torch.tensor([[0.0, 0, 0, 1], [0, 0, 1, 1]])  # 1: padding
layer("linear", nn.Linear(3, 2), lambda m, x: [m(x)], x=normal(4, 3))
layer("layer_norm", nn.LayerNorm(4), lambda m, x: [m(x)], x=normal(3, 4))
layer("batch_norm", nn.BatchNorm1d(3), lambda m, x, z: [m(x), m(z)], x=normal(5, 3), z=normal(4, 3, shift=1))
layer("embedding", nn.Embedding(5, 3, padding_idx=0), lambda m, index: [m(index)], index=torch.tensor([4, 0, 2, 2, 0]))
layer("attention", nn.MultiheadAttention(4, 2, batch_first=True),
      lambda m, x, hidden: [m(x, x, x, key_padding_mask=hidden > 0)[0]], constants=["hidden"], x=normal(2, 4, 4),
      hidden=hidden)
layer("attention_causal", nn.MultiheadAttention(4, 2, batch_first=True),
      lambda m, x: [m(x, x, x, attn_mask=torch.ones(3, 3).triu(1) > 0)[0]], x=normal(2, 3, 4))
layer("attention_keys", nn.MultiheadAttention(4, 2, batch_first=True),
      lambda m, x, y, hidden: [m(x, y, y, key_padding_mask=hidden > 0)[0]], constants=["hidden"], x=normal(2, 3, 4),
      y=normal(2, 4, 4), hidden=hidden)
for name, options in {"post_relu": {}, "pre_gelu": {"norm_first": True, "activation": "gelu"}}.items():
    layer("encoder_layer_" + name, nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0, batch_first=True, **options),
          lambda m, x, hidden: [m(x, src_key_padding_mask=hidden > 0)], constants=["hidden"], x=normal(2, 4, 4),
          hidden=hidden)
layer("encoder", nn.TransformerEncoder(
    nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0, batch_first=True, norm_first=True), 2, nn.LayerNorm(4),
    enable_nested_tensor=False), lambda m, x: [m(x)], x=normal(2, 3, 4))
layer("gru_cell", nn.GRUCell(3, 4), lambda m, x, h: [m(x, h)], x=normal(2, 3), h=normal(2, 4))
layer("gru", nn.GRU(3, 4, batch_first=True), lambda m, x: [m(x)[0], m(x)[1][0]], x=normal(2, 5, 3))


def ragged(m, x, h):
    sequence = nn.utils.rnn.pack_padded_sequence(x, [3, 5], batch_first=True, enforce_sorted=False)
    y, last = m(sequence, h[None])
    return [nn.utils.rnn.pad_packed_sequence(y, batch_first=True)[0], last[0]]


layer("gru_lengths", nn.GRU(3, 4, batch_first=True), ragged, x=normal(2, 5, 3), h=normal(2, 4))

# Optimisers: the same gradients at every step, weights after each.
optimizers = []
start, slopes = normal(5), normal(6, 5)
for name, make in {
    "adam": lambda p: torch.optim.Adam(p, lr=0.05, betas=(0.8, 0.95), eps=1e-6),
    "adam_decay": lambda p: torch.optim.Adam(p, lr=0.05, weight_decay=0.1),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.05, weight_decay=0.1),
    "sgd": lambda p: torch.optim.SGD(p, lr=0.05),
    "sgd_momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.1),
}.items():
    p = nn.Parameter(start.clone())
    optimizer, weights = make([p]), []
    for g in slopes:
        p.grad = g.clone()
        optimizer.step()
        weights.append(p.detach().clone())
    optimizers.append({"name": name, "start": packed(start), "gradients": packed(slopes), "weights": packed(torch.stack(weights))})

# Schedules: the rate at times 0, 1, ….
schedules = []
S = torch.optim.lr_scheduler
for name, make in {
    "step": lambda o: S.StepLR(o, 4, 0.5),
    "exponential": lambda o: S.ExponentialLR(o, 0.8),
    "cosine": lambda o: S.CosineAnnealingLR(o, 10, 0.01),
    "warmup": lambda o: S.LinearLR(o, 0.25, 1.0, 3),
    "warmup_step": lambda o: S.SequentialLR(o, [S.LinearLR(o, 0.25, 1.0, 3), S.StepLR(o, 3, 0.5)], [4]),
}.items():
    p = nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([p], lr=0.3)
    schedule, rates = make(optimizer), []
    for _ in range(10):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    schedules.append({"name": name, "rates": rates})

# Clipping.
clips = []
for name, clip in {
    "norm": lambda p: nn.utils.clip_grad_norm_(p, 1.5),
    "norm_above": lambda p: nn.utils.clip_grad_norm_(p, 100.0),
    "value": lambda p: (nn.utils.clip_grad_value_(p, 0.5), torch.zeros(1))[1],
}.items():
    parameters = [nn.Parameter(torch.zeros(4)), nn.Parameter(torch.zeros(3))]
    for p, g in zip(parameters, [slopes[0][:4], slopes[1][:3]]):
        p.grad = g.clone()
    norm = clip(parameters)
    clips.append({"name": name, "before": packed(torch.cat([slopes[0][:4], slopes[1][:3]])),
                  "after": packed(torch.cat([p.grad for p in parameters])), "norm": norm.item()})

with open(sys.argv[1], "w") as file:
    json.dump({"torch": torch.__version__, "operations": operations, "layers": layers, "optimizers": optimizers,
               "schedules": schedules, "clips": clips}, file, separators=(",", ":"))
    file.write("\n")
