// PyTorch's side of bench/compare.py: torch_eager [extent [threads [channels_last]]]. Eager ATen, operator by operator,
// as torch.nn runs it under torch.inference_mode(); Python adds microseconds to seconds here.
#include <ATen/Parallel.h>
#include <torch/torch.h>
#include <torch/version.h>

#include <cstdlib>
#include <string>

#include "bench/reference_unet.h"
#include "bench/worker.h"

namespace {

namespace nn = torch::nn;

// Convolution, instance norm, leaky rectifier, twice.
nn::Sequential block(std::int64_t in, std::int64_t out, std::int64_t stride) {
  nn::Sequential layers;
  for (const std::int64_t from : {in, out}) {
    layers->push_back(nn::Conv3d(nn::Conv3dOptions(from, out, 3).stride(stride).padding(1)));
    layers->push_back(nn::InstanceNorm3d(nn::InstanceNorm3dOptions(out).affine(true)));
    layers->push_back(nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.01).inplace(true)));
    stride = 1;
  }
  return layers;
}

struct UNetImpl : nn::Module {
  explicit UNetImpl(const galen::UNet& net) {
    const auto& widths = net.features;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      encoder->push_back(block(i == 0 ? net.in_channels : widths[i - 1], widths[i], i == 0 ? 1 : 2));
    }
    for (std::size_t i = widths.size() - 1; i-- > 0;) {
      up->push_back(nn::ConvTranspose3d(nn::ConvTranspose3dOptions(widths[i + 1], widths[i], 2).stride(2)));
      decoder->push_back(block(2 * widths[i], widths[i], 1));
    }
    head = nn::Conv3d(nn::Conv3dOptions(widths.front(), net.classes, 1));
    register_module("encoder", encoder);
    register_module("up", up);
    register_module("decoder", decoder);
    register_module("head", head);
  }
  torch::Tensor forward(torch::Tensor x) {
    std::vector<torch::Tensor> skips;
    for (const auto& stage : *encoder) {
      x = stage->as<nn::Sequential>()->forward(x);
      skips.push_back(x);
    }
    for (std::size_t i = 0; i < up->size(); ++i) {
      skips.pop_back();
      x = torch::cat({up[i]->as<nn::ConvTranspose3d>()->forward(x), skips.back()}, 1);
      x = decoder[i]->as<nn::Sequential>()->forward(x);
    }
    return head->forward(x);
  }
  nn::ModuleList encoder, up, decoder;
  nn::Conv3d head = nullptr;
};
TORCH_MODULE(UNet);

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t extent = argc > 1 ? std::atol(argv[1]) : galen::bench::reference_extent;
  if (argc > 2 && std::atoi(argv[2]) > 0) at::set_num_threads(std::atoi(argv[2]));
  const bool channels_last = argc > 3 && std::string(argv[3]) == "channels_last";
  const auto format = channels_last ? at::MemoryFormat::ChannelsLast3d : at::MemoryFormat::Contiguous;

  const c10::InferenceMode guard;
  UNet net(galen::bench::reference_unet());
  net->eval();
  if (channels_last) {
    for (auto& weight : net->parameters()) {
      if (weight.dim() == 5) weight.set_data(weight.contiguous(format));
    }
  }
  const torch::Tensor image = torch::zeros({1, 1, extent, extent, extent}).contiguous(format);
  galen::bench::serve_runs("PyTorch " TORCH_VERSION " eager, " + std::to_string(at::get_num_threads()) +
                               " threads, f32" + (channels_last ? ", channels-last" : ""),
                           [&] { net->forward(image); });
}
