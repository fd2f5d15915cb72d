"""What all peers share: the inputs of every id, the check, and the conversation of PROTOCOL.md.

Import this before the library to be measured: it reads `--threads N` and sets what libraries look at when they start.
"""
import argparse, json, os, sys, time

_parser = argparse.ArgumentParser(description="A peer of cusp-bench; PROTOCOL.md says how to talk to it.")
_parser.add_argument("--threads", type=int, default=0, help="the thread budget (default: every core)")
_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
THREADS = _parser.parse_args().threads or _cores
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[_name] = str(THREADS)
os.environ["JAX_PLATFORMS"] = "cpu"

import numpy as np  # noqa: E402


# ---------------------------------------------------------------------------------------------------- inputs
def hashes(count, stream):
    """24 random bits for each index, the same in every language: `lowbias32` of index + stream * 0x9E3779B9."""
    h = np.arange(count, dtype=np.uint32) + np.uint32(stream * 0x9E3779B9 & 0xFFFFFFFF)
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x7FEB352D)
    h ^= h >> np.uint32(15)
    h *= np.uint32(0x846CA68B)
    h ^= h >> np.uint32(16)
    return h >> np.uint32(8)


class Inputs:
    """Makes the input arrays of one case; the k-th array made (from 0) is stream k."""

    def __init__(self):
        self.stream = 0

    def bits(self, shape):
        self.stream += 1
        return hashes(int(np.prod(shape, dtype=np.int64)), self.stream - 1).reshape(shape)

    def unit(self, *shape):  # 0 to 1
        return self.bits(shape).astype(np.float32) * np.float32(2**-24)

    def signed(self, *shape, scale=1):  # -2 to 2, times scale (a power of two)
        return (self.unit(*shape) * np.float32(4) - np.float32(2)) * np.float32(scale)

    def positive(self, *shape):  # 0.5 to 2.5
        return self.unit(*shape) * np.float32(2) + np.float32(0.5)

    def index(self, limit, *shape):  # 0 to limit - 1
        return self.bits(shape).astype(np.int64) * limit >> 24

    def mask(self, *shape):
        return self.index(2, *shape).astype(bool)


def table(n):
    """The shape of the 2-D ids."""
    columns = 1024 if n >= 65536 else 256 if n >= 256 else n // 4
    return n // columns, columns


def _layer_norm(v, n):
    columns = table(n)[1]
    return [v.signed(*table(n)), v.positive(columns), v.signed(columns)]


def _rows_and_indices(v, n):
    rows, columns = table(n)
    return [v.signed(rows, columns), v.index(rows, rows)]


def _scatter(v, n):
    rows, columns = table(n)
    return [v.signed(rows, columns), v.index(rows, rows), v.signed(rows, columns)]


def _mlp(v, n):
    sizes = [784, 512, 512, 10]
    return [v.unit(128, 784), v.index(10, 128)] + [
        v.signed(output, input, scale=1 / 32) for input, output in zip(sizes, sizes[1:])]


def _spiking(v, n):
    return [v.index(2, 25, 64, 64).astype(np.float32), v.index(10, 64),
            v.signed(256, 64, scale=1 / 8), v.signed(10, 256, scale=1 / 32)]


INPUTS = {}  # id: function of (Inputs, n)


def _inputs(ids, make):
    INPUTS.update((id, make) for id in ids.split())


_inputs("exp sigmoid tanh erf gelu clamp abs pow2 sum sigmoid_ clamp_", lambda v, n: [v.signed(n)])
_inputs("log sqrt", lambda v, n: [v.positive(n)])
_inputs("add add_grad mul maximum ge add_ cat stack2 smooth_max", lambda v, n: [v.signed(n), v.signed(n)])
_inputs("div", lambda v, n: [v.signed(n), v.positive(n)])
_inputs("where", lambda v, n: [v.mask(n), v.signed(n), v.signed(n)])
_inputs("masked_select", lambda v, n: [v.signed(n), v.mask(n)])
_inputs("where_relu clamp_square", lambda v, n: [v.signed(n)])
_inputs("approx_ge approx_ge_call clipped_ge custom_ge", lambda v, n: [v.unit(n)])
INPUTS.update((f"fused_{id}", INPUTS[id]) for id in "smooth_max where_relu clamp_square approx_ge custom_ge".split())
_inputs("sum_rows sum_cols mean_rows var_rows amax_rows argmax_rows logsumexp_rows logsumexp_cols softmax_rows "
        "softmax_cols log_softmax_rows cumsum_rows sort_rows copy_transposed cast_f64",
        lambda v, n: [v.signed(*table(n))])
_inputs("add_row", lambda v, n: [v.signed(*table(n)), v.signed(table(n)[1])])
_inputs("add_col", lambda v, n: [v.signed(*table(n)), v.signed(table(n)[0], 1)])
_inputs("add_transposed", lambda v, n: [v.signed(*table(n)), v.signed(*table(n)[::-1])])
_inputs("layer_norm", _layer_norm)
_inputs("gather_rows", _rows_and_indices)
_inputs("scatter_add_rows", _scatter)
for _size in (64, 128, 256, 512, 1024, 2048):
    _inputs(f"matmul_{_size}", lambda v, n, s=_size: [v.signed(s, s), v.signed(s, s)])
_inputs("matmul_nt_1024", lambda v, n: [v.signed(1024, 1024), v.signed(1024, 1024)])
_inputs("bmm_64x128", lambda v, n: [v.signed(64, 128, 128), v.signed(64, 128, 128)])
_inputs("matvec_4096", lambda v, n: [v.signed(4096, 4096), v.signed(4096)])
_inputs("mlp_step", _mlp)
_inputs("attention_step", lambda v, n: [v.signed(8, 8, 128, 64) for _ in range(3)])
_inputs("spiking_step", _spiking)
_inputs("add_after_pause", lambda v, n: [v.signed(n), v.signed(n)])
_inputs("add_small_and_large", lambda v, n: [v.signed(n), v.signed(n), v.signed(16)])
_inputs("small_graph", lambda v, n: [v.signed(1)])
_inputs("wide_graph", lambda v, n: [v.signed(65536) for _ in range(8)])
_inputs("deep_graph", lambda v, n: [v.signed(1)])


PAUSES = {"add_after_pause": 0.002}  # seconds before each iteration, which do not count


def small_and_large(add):
    """Ten small additions and ten large ones, in turns; `add` starts each at once."""
    def run(x, y, few):
        small = few
        for _ in range(10):
            small = add(small, few)
            large = add(x, y)
        return add(large, small[0])
    return run


# ----------------------------------------------------------------------------------------------------- check
def check(array):
    """What both sides compare before they are timed."""
    flat = np.asarray(array).reshape(-1)
    wide = flat.astype(np.float64)
    places = [k * (flat.size - 1) // 7 for k in range(8)] if flat.size else []
    number = lambda x: float(x) if np.isfinite(x) else None
    return {"shape": list(np.shape(array)), "sum": number(wide.sum()), "absolute": number(np.abs(wide).sum()),
            "samples": [number(wide[i]) for i in places]}


# ---------------------------------------------------------------------------------------------------- memory
def _status(field):
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def _peak_bytes():
    if sys.platform == "linux":
        return _status("VmHWM:")
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _start_peak():
    """Let the peak count from here, where the system can (Linux); returns the resident bytes."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
        return _status("VmRSS:")
    except OSError:
        return _peak_bytes()


# ---------------------------------------------------------------------------------------------- conversation
class Case:
    """A prepared id: `run()` does the work once and returns its results, finished."""

    def __init__(self, request, build, to_numpy):
        id, n = request["id"], request.get("n", 0)
        self.pause = PAUSES.get(id, 0)
        self.base = _start_peak()
        self.run = build(id, n, INPUTS[id](Inputs(), n))
        results = self.run()
        results = results if isinstance(results, (list, tuple)) else [results]
        self.check = [check(to_numpy(result)) for result in results]
        del results
        _start_peak()  # making the inputs and the check is not the case's work

    def time(self, iterations):
        run, result = self.run, None
        if self.pause:
            return self.time_between_pauses(iterations)
        start = time.perf_counter()
        for _ in range(iterations):
            result = run()
        result = None  # letting go of the last result, and of its graph, belongs to the work
        return (time.perf_counter() - start) / iterations


    def time_between_pauses(self, iterations):
        total = 0
        for _ in range(iterations):
            time.sleep(self.pause)
            start = time.perf_counter()
            result = self.run()
            del result
            total += time.perf_counter() - start
        return total / iterations


def serve(name, version, build, to_numpy, set_threads=None):
    """Answer requests until `quit` or the end of the input.

    `build(id, n, arrays)` returns a function of no arguments, or None for an id that this peer does not have.
    """
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints goes to standard error
    threads, case = THREADS, None

    def prepare(request):
        nonlocal threads, case
        case = None
        wanted = request.get("threads", threads)
        if wanted != threads:
            if set_threads is None:
                raise ValueError(f"{name} takes its threads when it starts: start it with --threads {wanted}")
            set_threads(wanted)
            threads = wanted
        if request["id"] not in INPUTS:
            return {"unsupported": True}
        try:
            case = Case(request, build, to_numpy)
        except NotImplementedError:
            return {"unsupported": True}
        return {"ok": True, "check": case.check}

    def prepared():
        if case is None:
            raise ValueError("nothing is prepared")
        return case

    commands = {
        "hello": lambda request: {"peer": name, "version": version, "threads": threads},
        "prepare": prepare,
        "time": lambda request: {"seconds": prepared().time(request["iterations"])},
        "memory": lambda request: {"base_bytes": prepared().base, "peak_bytes": _peak_bytes()},
    }
    for line in sys.stdin:
        try:
            request = json.loads(line)
            if request["cmd"] == "quit":
                break
            if request["cmd"] not in commands:
                raise ValueError(f"unknown cmd {request['cmd']!r}")
            answer = commands[request["cmd"]](request)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}".replace("\n", " ")}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
