// PyTorch's side of bench/compare.py: torch_eager [extent [threads [channels_last] [train] [bf16]]]. Eager ATen,
// operator by operator, as torch.nn runs it, under torch.inference_mode() or with autograd; Python would add
// microseconds to the seconds measured here.
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
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

// Dice over the batch without background, and cross-entropy, as in nnU-Net.
torch::Tensor loss_of(const torch::Tensor& logits, const torch::Tensor& labels) {
  const torch::Tensor wide = logits.to(torch::kFloat);
  const torch::Tensor truth = torch::zeros_like(wide).scatter_(1, labels.unsqueeze(1), 1);
  const torch::Tensor probability = torch::softmax(wide, 1);
  const std::vector<std::int64_t> over{0, 2, 3, 4};
  const torch::Tensor both = (probability * truth).sum(over), each = probability.sum(over) + truth.sum(over);
  const torch::Tensor dice = ((2 * both + 1e-5) / (each + 1e-5)).slice(0, 1).mean();
  return 1 - dice + nn::functional::cross_entropy(wide, labels);
}

struct Settings {
  std::int64_t extent = galen::bench::reference_extent;
  bool channels_last = false, train = false, bf16 = false;
  at::MemoryFormat format() const {
    return channels_last ? at::MemoryFormat::ChannelsLast3d : at::MemoryFormat::Contiguous;
  }
};

void serve_inference(const std::string& about, const Settings& settings, UNet& net) {
  const c10::InferenceMode guard;
  net->eval();
  const std::int64_t extent = settings.extent;
  const torch::Tensor image = torch::zeros({1, 1, extent, extent, extent}).contiguous(settings.format());
  at::autocast::set_autocast_enabled(at::kCPU, settings.bf16);
  galen::bench::serve_runs(about, [&] { net->forward(image); });
}

void serve_training(const std::string& about, const Settings& settings, UNet& net) {
  using namespace galen::bench;
  const std::vector<std::int64_t> voxels{training_batch, settings.extent, settings.extent, settings.extent};
  galen::Tensor given_image = training_image(settings.extent), given_labels = training_labels(settings.extent);
  const torch::Tensor image =
      torch::from_blob(given_image.values<float>().data(), voxels).unsqueeze(1).contiguous(settings.format());
  const torch::Tensor labels = torch::from_blob(given_labels.values<std::int64_t>().data(), voxels, torch::kLong);
  torch::optim::SGD optimiser(net->parameters(), torch::optim::SGDOptions(1e-4).momentum(0.99).nesterov(true));
  serve_runs(about, [&] {
    torch::Tensor logits;
    {
      at::autocast::set_autocast_enabled(at::kCPU, settings.bf16);
      logits = net->forward(image);
      at::autocast::clear_cache();
      at::autocast::set_autocast_enabled(at::kCPU, false);
    }
    loss_of(logits, labels).backward();
    nn::utils::clip_grad_norm_(net->parameters(), 12);
    optimiser.step();
    optimiser.zero_grad();
  });
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  if (argc > 1) settings.extent = std::atol(argv[1]);
  if (argc > 2 && std::atoi(argv[2]) > 0) at::set_num_threads(std::atoi(argv[2]));
  for (int i = 3; i < argc; ++i) {
    const std::string word = argv[i];
    settings.channels_last |= word == "channels_last";
    settings.train |= word == "train";
    settings.bf16 |= word == "bf16";
  }
  UNet net(galen::bench::reference_unet());
  if (settings.channels_last) {
    for (auto& weight : net->parameters()) {
      if (weight.dim() == 5) weight.set_data(weight.contiguous(settings.format()));
    }
  }
  const std::string about = "PyTorch " TORCH_VERSION " eager, " + std::to_string(at::get_num_threads()) + " threads, " +
                            (settings.bf16 ? "bf16" : "f32") + (settings.channels_last ? ", channels-last" : "");
  (settings.train ? serve_training : serve_inference)(about, settings, net);
}
