"""NumPy: what it has in one expression. No gradients, and no erf, which SciPy would add."""
from functools import partial

import peer
import numpy as np


def sigmoid(x, out=None):
    y = np.negative(x, out=out)
    np.exp(y, out=y)
    np.add(y, 1, out=y)
    return np.reciprocal(y, out=y)


def logsumexp(x, axis):
    largest = x.max(axis, keepdims=True)
    return np.log(np.exp(x - largest).sum(axis)) + largest.squeeze(axis)


def softmax(x, axis):
    y = np.exp(x - x.max(axis, keepdims=True))
    y /= y.sum(axis, keepdims=True)
    return y


def layer_norm(x, w, b):
    y = x - x.mean(1, keepdims=True)
    y /= np.sqrt(np.square(y).mean(1, keepdims=True) + np.float32(1e-5))
    y *= w
    y += b
    return y


def scatter_add_rows(x, i, y):
    result = x.copy()
    np.add.at(result, i, y)
    return result


CALLS = {
    "add": np.add, "mul": np.multiply, "div": np.divide, "exp": np.exp, "log": np.log, "sigmoid": sigmoid,
    "tanh": np.tanh, "sqrt": np.sqrt, "clamp": lambda x: np.clip(x, -1, 1), "where": np.where,
    "maximum": np.maximum, "ge": np.greater_equal, "abs": np.abs, "pow2": lambda x: x**2,
    "add_": lambda x, y: np.add(x, y, out=x), "sigmoid_": lambda x: sigmoid(x, out=x),
    "clamp_": lambda x: np.clip(x, -1, 1, out=x),
    "add_row": np.add, "add_col": np.add, "add_transposed": lambda x, y: np.add(x, y.T),
    "copy_transposed": lambda x: np.ascontiguousarray(x.T), "cast_f64": lambda x: x.astype(np.float64),
    "sum": np.sum, "sum_rows": lambda x: x.sum(1), "sum_cols": lambda x: x.sum(0), "mean_rows": lambda x: x.mean(1),
    "var_rows": lambda x: x.var(1, ddof=1), "amax_rows": lambda x: x.max(1), "argmax_rows": lambda x: x.argmax(1),
    "logsumexp_rows": lambda x: logsumexp(x, 1), "logsumexp_cols": lambda x: logsumexp(x, 0),
    "softmax_rows": lambda x: softmax(x, 1), "softmax_cols": lambda x: softmax(x, 0),
    "log_softmax_rows": lambda x: x - logsumexp(x, 1)[:, None], "layer_norm": layer_norm,
    "cumsum_rows": lambda x: x.cumsum(1),
    "cat": lambda x, y: np.concatenate([x, y]), "stack2": lambda x, y: np.stack([x, y]),
    "gather_rows": lambda x, i: x[i], "scatter_add_rows": scatter_add_rows,
    "masked_select": lambda x, mask: x[mask], "sort_rows": lambda x: np.sort(x, 1),
    "matmul_nt_1024": lambda x, y: x @ y.T, "bmm_64x128": np.matmul, "matvec_4096": np.matmul,
}
CALLS.update({"add_after_pause": np.add, "add_small_and_large": peer.small_and_large(np.add)})
CALLS.update({id: np.matmul for id in peer.INPUTS if id.startswith("matmul_") and id != "matmul_nt_1024"})


def build(id, n, arrays):
    if id not in CALLS:
        raise NotImplementedError
    return partial(CALLS[id], *arrays)


peer.serve("numpy", np.__version__, build, lambda result: result)
