"""PyTorch as its users write it: eager, but for the fused ids, which torch.compile compiles (that needs a C++ compiler)."""
from functools import partial

import peer
import torch
import torch.nn.functional as F

torch.set_num_threads(peer.THREADS)

# ----------------------------------------------------------------------------------------------- one operation
CALLS = {
    "add": torch.add, "mul": torch.mul, "div": torch.div, "exp": torch.exp, "log": torch.log,
    "sigmoid": torch.sigmoid, "tanh": torch.tanh, "sqrt": torch.sqrt, "erf": torch.erf, "gelu": F.gelu,
    "clamp": lambda x: torch.clamp(x, -1, 1), "where": torch.where, "maximum": torch.maximum, "ge": torch.ge,
    "approx_ge_call": lambda x: torch.sigmoid(100 * (x - 0.5)),
    "abs": torch.abs, "pow2": lambda x: x**2,
    "add_": lambda x, y: x.add_(y), "sigmoid_": torch.sigmoid_, "clamp_": lambda x: x.clamp_(-1, 1),
    "add_row": torch.add, "add_col": torch.add, "add_transposed": lambda x, y: x + y.T,
    "copy_transposed": lambda x: x.T.contiguous(), "cast_f64": lambda x: x.to(torch.float64),
    "sum": torch.sum, "sum_rows": lambda x: x.sum(1), "sum_cols": lambda x: x.sum(0),
    "mean_rows": lambda x: x.mean(1), "var_rows": lambda x: x.var(1), "amax_rows": lambda x: x.amax(1),
    "argmax_rows": lambda x: x.argmax(1), "logsumexp_rows": lambda x: torch.logsumexp(x, 1),
    "logsumexp_cols": lambda x: torch.logsumexp(x, 0), "softmax_rows": lambda x: torch.softmax(x, 1),
    "softmax_cols": lambda x: torch.softmax(x, 0), "log_softmax_rows": lambda x: torch.log_softmax(x, 1),
    "layer_norm": lambda x, w, b: F.layer_norm(x, w.shape, w, b), "cumsum_rows": lambda x: x.cumsum(1),
    "cat": lambda x, y: torch.cat([x, y]), "stack2": lambda x, y: torch.stack([x, y]),
    "gather_rows": lambda x, i: x.index_select(0, i), "scatter_add_rows": lambda x, i, y: x.index_add(0, i, y),
    "masked_select": torch.masked_select, "sort_rows": lambda x: x.sort(1).values,
    "matmul_nt_1024": lambda x, y: x @ y.T, "bmm_64x128": torch.bmm, "matvec_4096": torch.mv,
}
CALLS.update({"add_after_pause": torch.add, "add_small_and_large": peer.small_and_large(torch.add)})
CALLS.update({id: torch.matmul for id in peer.INPUTS if id.startswith("matmul_") and id != "matmul_nt_1024"})


# ----------------------------------------------------------------------------------- forward and backward: losses
class SubgradientRelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x > 0, x, 0)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return torch.where(x > 0, g, 0)


class ApproximateGE(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, threshold, k):
        ctx.save_for_backward(x)
        ctx.threshold, ctx.k = threshold, k
        return torch.sigmoid(k * (x - threshold))

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        y = torch.sigmoid(ctx.k * (x - ctx.threshold))
        return g * ctx.k * y * (1 - y), None, None


class HardThreshold(torch.autograd.Function):
    """1 where z >= 0, else 0, with the derivative 25 σ(25z) σ(-25z)."""

    @staticmethod
    def forward(ctx, z):
        ctx.save_for_backward(z)
        return (z >= 0).to(z.dtype)

    @staticmethod
    def backward(ctx, g):
        (z,) = ctx.saved_tensors
        y = torch.sigmoid(25 * z)
        return g * 25 * y * (1 - y)


def clipped_ge(x):
    y = torch.sigmoid(100 * (x - 0.5))
    y.register_hook(lambda g: g.clamp(-1, 1))
    return y.sum() * 5


def attention(q, k, v):
    return F.scaled_dot_product_attention(q, k, v).square().sum()


def wide_graph(*branches):
    sums = []
    for y in branches:
        for _ in range(10):
            y = torch.tanh(y) * 1.5
        sums.append(y.sum())
    return torch.stack(sums).sum()


def chain(step, count):
    def loss(x):
        for _ in range(count):
            x = step(x)
        return x.sum()
    return loss


LOSSES = {
    "smooth_max": lambda x, y: (torch.logsumexp(torch.stack([x, y]) / 10, 0) * 10).sum(),
    "where_relu": lambda x: SubgradientRelu.apply(x).sum(),
    "clamp_square": lambda x: (torch.clamp(x, min=-100) ** 2).sum(),
    "approx_ge": lambda x: torch.sigmoid(100 * (x - 0.5)).sum(),
    "clipped_ge": clipped_ge,
    "custom_ge": lambda x: ApproximateGE.apply(x, 0.5, 100.0).sum(),
    "attention_step": attention,
    "small_graph": chain(lambda x: x * 1.0009765625, 1000),
    "wide_graph": wide_graph,
    "deep_graph": chain(torch.neg, 1_000_000),
}


def with_gradients(loss, inputs):
    def run():
        for x in inputs:
            x.grad = None
        value = loss(*inputs)
        value.backward()
        return value, *[x.grad for x in inputs]

    for x in inputs:
        x.requires_grad_()
    return run


# ------------------------------------------------------------------------------------------------ training steps
class Spiking(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.readout = torch.nn.Linear(64, 256), torch.nn.Linear(256, 10)

    def forward(self, steps):
        u = torch.zeros(steps.shape[1], 256)
        s = torch.zeros(steps.shape[1], 256)
        v = torch.zeros(steps.shape[1], 10)
        for x in steps:
            u = 0.9 * u + self.hidden(x) - s.detach()
            s = HardThreshold.apply(u - 1)
            v = 0.9 * v + self.readout(s)
        return v


def mlp():
    nn = torch.nn
    return nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))


def training(model, x, labels, *weights):
    parameters = list(model.parameters())  # weight, bias, weight, bias ...
    with torch.no_grad():
        for parameter, value in zip(parameters[::2], weights):
            parameter.copy_(value)
        for bias in parameters[1::2]:
            bias.zero_()
    optimizer = torch.optim.SGD(parameters, lr=0.01)

    def run():
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
        return loss, *parameters
    return run


STEPS = {"mlp_step": mlp, "spiking_step": Spiking}


def build(id, n, arrays):
    inputs = [torch.from_numpy(array) for array in arrays]
    if id == "add_grad":
        inputs[0].requires_grad_()
        return partial(torch.add, *inputs)
    if id in CALLS:
        return partial(CALLS[id], *inputs)
    if id in LOSSES:
        return with_gradients(LOSSES[id], inputs)
    if id.startswith("fused_"):
        torch._dynamo.reset()
        return with_gradients(torch.compile(LOSSES[id.removeprefix("fused_")], dynamic=False), inputs)
    if id in STEPS:
        return training(STEPS[id](), *inputs)
    raise NotImplementedError


peer.serve("torch", torch.__version__, build, lambda result: result.detach().numpy(), torch.set_num_threads)
