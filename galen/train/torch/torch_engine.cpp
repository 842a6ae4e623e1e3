#include "galen/train/torch/torch_engine.h"

#include <ATen/Context.h>
#include <ATen/Version.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <torch/version.h>

#include "galen/base/text.h"
#include "galen/train/torch/trainable.h"

namespace galen {
namespace torch_room {
namespace {

bool open_cuda_libraries() {
  if (at::hasCUDA()) return true;  // linked or already loaded
  Dl_info cpu{};
  if (dladdr(reinterpret_cast<void*>(&at::show_config), &cpu) == 0) return false;
  const fs::path beside = fs::path(cpu.dli_fname).parent_path() / "libtorch_cuda.so";
  // Loading registers its operators and the CUDA hooks; it stays loaded.
  return dlopen(beside.c_str(), RTLD_NOW | RTLD_GLOBAL) != nullptr && at::hasCUDA();
}

}  // namespace

Cuda load_cuda() {
  static const bool loaded = open_cuda_libraries();
  if (!loaded) return Cuda::no_libraries;
  return at::getNumGPUs() > 0 ? Cuda::ready : Cuda::no_device;
}

at::Device device_named(const std::string& name) {
  if (name == "cpu") return {at::kCPU};
  const auto index = name.starts_with("cuda:") ? number_in<unsigned>(name.substr(5)) : std::nullopt;
  const bool numbered = index && *index < 128 && name == fmt::format("cuda:{}", *index);  // as libtorch reads it
  if (name != "cuda" && !numbered) {
    throw usage_error("device " + name, "is not known", "take --device cpu, cuda or cuda:N");
  }
  if (const Cuda found = load_cuda(); found != Cuda::ready) throw missing_device(name, found);
  return at::Device(name);
}

Error missing_device(const std::string& name, Cuda found) {
  const bool libraries = found == Cuda::no_device;
  return {"device " + name, "is not there",
          libraries ? "libtorch finds no NVIDIA card, or no driver of one" : "libtorch's CUDA libraries are not there",
          libraries ? "install NVIDIA's driver, 580 or later, or take --device cpu"
                    : "bring them by scripts/setup --cuda, or take --device cpu"};
}

}  // namespace torch_room

namespace {

class TorchEngine final : public GradientEngine {
 public:
  std::unique_ptr<Trainable> trainable(const Graph& graph, const TrainableOptions& options) override {
    return std::make_unique<torch_room::TorchTrainable>(graph, options);
  }
  std::string description() const override { return std::string("libtorch ") + TORCH_VERSION; }
};

}  // namespace

std::unique_ptr<GradientEngine> torch_engine() {
  return std::make_unique<TorchEngine>();
}

void require_torch_device(const std::string& name) {
  static_cast<void>(torch_room::device_named(name));
}

}  // namespace galen
