// PyTorch's library in C++, without Python: what its operations cost by themselves. A peer of cusp-bench; PROTOCOL.md says how
// to build it, and how to talk to it.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/headeronly/version.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

using at::Tensor;
using Tensors = std::vector<Tensor>;

// ------------------------------------------------------------------------------------------------------- inputs
static uint32_t hashed(uint32_t i, uint32_t stream) {
  uint32_t h = i + stream * 0x9E3779B9u;
  h ^= h >> 16;
  h *= 0x7FEB352Du;
  h ^= h >> 15;
  h *= 0x846CA68Bu;
  h ^= h >> 16;
  return h >> 8;
}

static Tensor made(int64_t n, uint32_t stream, float scale, float shift) {
  Tensor x = at::empty({n}, at::kFloat);
  for (int64_t i = 0; i < n; i++)
    x.data_ptr<float>()[i] = static_cast<float>(hashed(static_cast<uint32_t>(i), stream)) * 0x1p-24f * scale - shift;
  return x;
}

static Tensor unit(int64_t n, uint32_t stream) { return made(n, stream, 1, 0); }
static Tensor signed_(int64_t n, uint32_t stream) { return made(n, stream, 4, 2); }

// -------------------------------------------------------------------------------------------------------- cases
using Work = std::function<Tensors()>;

static Work with_gradients(Tensors inputs, std::function<Tensor(const Tensors &)> loss) {
  for (Tensor &x : inputs) x.requires_grad_();
  return [inputs, loss] {
    for (const Tensor &x : inputs) x.mutable_grad() = Tensor();
    Tensor value = loss(inputs);
    value.backward();
    Tensors results = {value};
    for (const Tensor &x : inputs) results.push_back(x.grad());
    return results;
  };
}

static Work chain(int count, std::function<Tensor(const Tensor &)> step) {
  return with_gradients({signed_(1, 0)}, [count, step](const Tensors &inputs) {
    Tensor y = inputs[0];
    for (int i = 0; i < count; i++) y = step(y);
    return y.sum();
  });
}

static Tensor wide_graph(const Tensors &branches) {
  Tensors sums;
  for (Tensor y : branches) {
    for (int i = 0; i < 10; i++) y = y.tanh() * 1.5;
    sums.push_back(y.sum());
  }
  return at::stack(sums).sum();
}

// The work of an id; none if this peer does not have it.
static Work work(const std::string &id, int64_t n) {
  if (id == "add" || id == "add_grad") {
    Tensor x = signed_(n, 0), y = signed_(n, 1);
    if (id == "add_grad") x.requires_grad_();
    return [x, y] { return Tensors{x + y}; };
  }
  if (id == "approx_ge_call") {
    Tensor x = unit(n, 0);
    return [x] { return Tensors{(100 * (x - 0.5)).sigmoid()}; };
  }
  if (id == "approx_ge")
    return with_gradients({unit(n, 0)}, [](const Tensors &x) { return (100 * (x[0] - 0.5)).sigmoid().sum(); });
  if (id == "small_graph") return chain(1000, [](const Tensor &y) { return y * 1.0009765625; });
  if (id == "deep_graph") return chain(1000 * 1000, [](const Tensor &y) { return -y; });
  if (id == "wide_graph") {
    Tensors branches;
    for (uint32_t stream = 0; stream < 8; stream++) branches.push_back(signed_(65536, stream));
    return with_gradients(branches, wide_graph);
  }
  return nullptr;
}

// -------------------------------------------------------------------------------------------------- conversation
static std::string number(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", x);
  return std::isfinite(x) ? text : "null";
}

static std::string check(const Tensor &result) {
  const Tensor flat = result.detach().reshape({-1}).to(at::kDouble).contiguous();
  const double *x = flat.data_ptr<double>();
  const int64_t count = flat.numel();
  double sum = 0, absolute = 0;
  for (int64_t i = 0; i < count; i++) sum += x[i], absolute += std::fabs(x[i]);
  std::string shape, samples;
  for (int64_t size : result.sizes()) shape += (shape.empty() ? "" : ",") + std::to_string(size);
  for (int k = 0; k < 8 && count > 0; k++) samples += (k == 0 ? "" : ",") + number(x[k * (count - 1) / 7]);
  return "{\"shape\":[" + shape + "],\"sum\":" + number(sum) + ",\"absolute\":" + number(absolute) + ",\"samples\":["
      + samples + "]}";
}

// What follows `"key":` in a request, up to the next comma or the end; a string without its quotes. Requests hold no
// strings with either in them.
static std::string field(const std::string &request, const std::string &key) {
  const size_t start = request.find("\"" + key + "\":");
  if (start == std::string::npos) return "";
  const size_t from = start + key.size() + 3;
  std::string value = request.substr(from, request.find_first_of(",}", from) - from);
  std::erase_if(value, [](char c) { return c == '"' || c == ' '; });
  return value;
}

static double seconds(const Work &run, long iterations) {
  Tensors result;
  const auto start = std::chrono::steady_clock::now();
  for (long i = 0; i < iterations; i++) result = run();
  result.clear();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / iterations;
}

static std::string answer(const std::string &request, Work &prepared) {
  const std::string cmd = field(request, "cmd");
  if (cmd == "hello")
    return "{\"peer\":\"libtorch\",\"version\":\"" TORCH_VERSION "\",\"threads\":" + std::to_string(at::get_num_threads())
        + "}";
  if (cmd == "prepare") {
    if (const std::string threads = field(request, "threads"); !threads.empty()) at::set_num_threads(std::stoi(threads));
    const std::string n = field(request, "n");
    prepared = work(field(request, "id"), n.empty() ? 0 : std::stoll(n));
    if (!prepared) return "{\"unsupported\":true}";
    std::string checks;
    for (const Tensor &result : prepared()) checks += (checks.empty() ? "" : ",") + check(result);
    return "{\"ok\":true,\"check\":[" + checks + "]}";
  }
  if (cmd == "time") {
    if (!prepared) throw std::runtime_error("nothing is prepared");
    return "{\"seconds\":" + number(seconds(prepared, std::stol(field(request, "iterations")))) + "}";
  }
  throw std::runtime_error("unknown cmd " + cmd);
}

int main(int count, char **arguments) {
  if (count == 3 && std::string(arguments[1]) == "--threads") at::set_num_threads(std::atoi(arguments[2]));
  Work prepared;
  std::string request;
  while (std::getline(std::cin, request) && field(request, "cmd") != "quit") {
    try {
      std::cout << answer(request, prepared) << std::endl;
    } catch (const std::exception &error) {
      std::string sentence = error.what();
      for (char &c : sentence)
        if (c == '"' || c == '\\' || c < ' ') c = ' ';
      std::cout << "{\"error\":\"" << sentence << "\"}" << std::endl;
    }
  }
}
