"""JAX: every id is one jitted function, waited for."""
import os

import peer

if hasattr(os, "sched_setaffinity"):  # XLA makes a thread for every core that it may run on
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:peer.THREADS])

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402

# ----------------------------------------------------------------------------------------------- one operation


def layer_norm(x, w, b):
    centred = x - x.mean(1, keepdims=True)
    return centred * jax.lax.rsqrt(jnp.square(centred).mean(1, keepdims=True) + 1e-5) * w + b


CALLS = {
    "add": jnp.add, "mul": jnp.multiply, "div": jnp.divide, "exp": jnp.exp, "log": jnp.log,
    "sigmoid": jax.nn.sigmoid, "tanh": jnp.tanh, "sqrt": jnp.sqrt, "erf": jax.lax.erf,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False), "clamp": lambda x: jnp.clip(x, -1, 1), "where": jnp.where,
    "maximum": jnp.maximum, "ge": jnp.greater_equal, "abs": jnp.abs, "pow2": lambda x: x**2,
    "add_row": jnp.add, "add_col": jnp.add, "add_transposed": lambda x, y: x + y.T, "copy_transposed": jnp.transpose,
    "cast_f64": lambda x: x.astype(jnp.float64),
    "sum": jnp.sum, "sum_rows": lambda x: x.sum(1), "sum_cols": lambda x: x.sum(0), "mean_rows": lambda x: x.mean(1),
    "var_rows": lambda x: x.var(1, ddof=1), "amax_rows": lambda x: x.max(1), "argmax_rows": lambda x: x.argmax(1),
    "logsumexp_rows": lambda x: jax.nn.logsumexp(x, 1), "logsumexp_cols": lambda x: jax.nn.logsumexp(x, 0),
    "softmax_rows": lambda x: jax.nn.softmax(x, 1), "softmax_cols": lambda x: jax.nn.softmax(x, 0),
    "log_softmax_rows": lambda x: jax.nn.log_softmax(x, 1), "layer_norm": layer_norm,
    "cumsum_rows": lambda x: x.cumsum(1),
    "cat": lambda x, y: jnp.concatenate([x, y]), "stack2": lambda x, y: jnp.stack([x, y]),
    "gather_rows": lambda x, i: x[i], "scatter_add_rows": lambda x, i, y: x.at[i].add(y),
    "sort_rows": lambda x: jnp.sort(x, 1),
    "matmul_nt_1024": lambda x, y: x @ y.T, "bmm_64x128": jnp.matmul, "matvec_4096": jnp.matmul,
}
CALLS.update({id: jnp.matmul for id in peer.INPUTS if id.startswith("matmul_") and id != "matmul_nt_1024"})
IN_PLACE = {"add_": jnp.add, "sigmoid_": jax.nn.sigmoid, "clamp_": lambda x: jnp.clip(x, -1, 1)}
CALLS["add_after_pause"] = jnp.add
# One by one: the result's shape depends on the values, or each addition is to start by itself.
UNJITTED = {"masked_select": lambda x, mask: x[mask], "add_small_and_large": peer.small_and_large(jnp.add)}


# ----------------------------------------------------------------------------------- forward and backward: losses
@jax.custom_vjp
def subgradient_relu(x):
    return jnp.where(x > 0, x, 0)


subgradient_relu.defvjp(lambda x: (subgradient_relu(x), x), lambda x, g: (jnp.where(x > 0, g, 0),))


@jax.custom_vjp
def approximate_ge(x):
    return jax.nn.sigmoid(100 * (x - 0.5))


def approximate_ge_backward(x, g):
    y = jax.nn.sigmoid(100 * (x - 0.5))
    return (g * 100 * y * (1 - y),)


approximate_ge.defvjp(lambda x: (approximate_ge(x), x), approximate_ge_backward)


@jax.custom_vjp
def clip_gradient(y):
    return y


clip_gradient.defvjp(lambda y: (y, None), lambda _, g: (jnp.clip(g, -1, 1),))


@jax.custom_vjp
def hard_threshold(z):
    return (z >= 0).astype(z.dtype)


hard_threshold.defvjp(lambda z: (hard_threshold(z), z),
                      lambda z, g: (g * 25 * jax.nn.sigmoid(25 * z) * jax.nn.sigmoid(-25 * z),))


def attention(q, k, v):
    weights = jax.nn.softmax(q @ k.swapaxes(2, 3) / 8, axis=-1)
    return jnp.square(weights @ v).sum()


def wide_graph(*branches):
    total = 0
    for y in branches:
        for _ in range(10):
            y = jnp.tanh(y) * 1.5
        total += y.sum()
    return total


def small_graph(x):
    for _ in range(1000):
        x = x * 1.0009765625
    return x.sum()


LOSSES = {
    "smooth_max": lambda x, y: (jax.nn.logsumexp(jnp.stack([x, y]) / 10, 0) * 10).sum(),
    "where_relu": lambda x: subgradient_relu(x).sum(),
    "clamp_square": lambda x: (jnp.clip(x, min=-100) ** 2).sum(),
    "approx_ge": lambda x: jax.nn.sigmoid(100 * (x - 0.5)).sum(),
    "clipped_ge": lambda x: clip_gradient(jax.nn.sigmoid(100 * (x - 0.5))).sum() * 5,
    "custom_ge": lambda x: approximate_ge(x).sum(),
    "attention_step": attention, "small_graph": small_graph, "wide_graph": wide_graph,
}


# ------------------------------------------------------------------------------------------------ training steps
def cross_entropy(logits, labels):
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], 1).mean()


def mlp(parameters, x):
    *hidden, (weight, bias) = parameters
    for w, b in hidden:
        x = jax.nn.relu(x @ w.T + b)
    return x @ weight.T + bias


def spiking(parameters, steps):
    (w1, b1), (w2, b2) = parameters

    def step(state, x):
        u, s, v = state
        u = 0.9 * u + x @ w1.T + b1 - jax.lax.stop_gradient(s)
        s = hard_threshold(u - 1)
        return (u, s, 0.9 * v + s @ w2.T + b2), None

    batch = steps.shape[1]
    start = jnp.zeros((batch, 256)), jnp.zeros((batch, 256)), jnp.zeros((batch, 10))
    return jax.lax.scan(step, start, steps)[0][2]


MODELS = {"mlp_step": mlp, "spiking_step": spiking}


def training(model, x, labels, *weights):
    def step(parameters, x, labels):
        loss, slopes = jax.value_and_grad(lambda p: cross_entropy(model(p, x), labels))(parameters)
        return loss, jax.tree.map(lambda p, g: p - 0.01 * g, parameters, slopes)

    step = jax.jit(step, donate_argnums=0)
    parameters = [(w, jnp.zeros(w.shape[0])) for w in weights]

    def run():
        nonlocal parameters
        loss, parameters = step(parameters, x, labels)
        loss.block_until_ready()
        return [loss, *jax.tree.leaves(parameters)]
    return run


def in_place(function, x, *rest):
    step = jax.jit(function, donate_argnums=0)

    def run():
        nonlocal x
        x = step(x, *rest)
        return x.block_until_ready()
    return run


def with_gradients(loss, inputs):
    both = jax.jit(jax.value_and_grad(loss, argnums=tuple(range(len(inputs)))))

    def run():
        value, slopes = both(*inputs)
        value.block_until_ready()  # all results of one call are ready together
        return value, *slopes
    return run


def build(id, n, arrays):
    jax.config.update("jax_enable_x64", id == "cast_f64")
    inputs = [jnp.array(array) for array in arrays]
    if id in CALLS or id in UNJITTED:
        function = jax.jit(CALLS[id]) if id in CALLS else UNJITTED[id]
        return lambda: function(*inputs).block_until_ready()
    if id in IN_PLACE:
        return in_place(IN_PLACE[id], *inputs)
    loss = LOSSES.get(id.removeprefix("fused_"))  # one jitted call in any case
    if loss:
        return with_gradients(loss, inputs)
    if id in MODELS:
        return training(MODELS[id], *inputs)
    raise NotImplementedError


peer.serve("jax", jax.__version__, build, lambda result: result)
