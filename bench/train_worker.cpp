// Galen's side of bench/compare.py --train: train_worker [extent [threads [f32|bf16]]]. One step is forward, Dice and
// cross-entropy, backward and an update by SGD with momentum.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/reference_unet.h"
#include "bench/worker.h"
#include "galen/base/threads.h"
#include "galen/nn/loss.h"
#include "galen/train/torch/torch_engine.h"

namespace {

galen::Graph network_with_loss(std::int64_t extent) {
  using namespace galen;
  const Dim batch{bench::training_batch, ""}, side{extent, ""};
  Builder b("reference", 0);
  const Value image = b.input("image", Scalar::f32, {batch, {1, ""}, side, side, side});
  const Value labels = b.input("labels", Scalar::i64, {batch, side, side, side});
  b.output(dice_cross_entropy(b, unet(b, image, bench::reference_unet()).front(), labels), "loss");
  return b.build();
}

}  // namespace

int main(int argc, char** argv) {
  using namespace galen;
  set_memory_policy();
  try {
    const std::int64_t extent = argc > 1 ? std::atol(argv[1]) : bench::reference_extent;
    if (argc > 2) set_thread_count(std::atoi(argv[2]));
    TrainableOptions options;
    options.bf16 = argc > 3 && std::string(argv[3]) == "bf16";
    const auto engine = torch_engine();
    const auto trainable = engine->trainable(network_with_loss(extent), options);
    const std::map<std::string, Tensor> batch{{"image", bench::training_image(extent)},
                                              {"labels", bench::training_labels(extent)}};
    UpdateRule rule;
    rule.learning_rate = 1e-4;
    bench::serve_runs(fmt::format("Galen on {}, {} threads, {}", engine->description(), thread_count(),
                                  options.bf16 ? "bf16" : "f32"),
                      [&] {
                        trainable->accumulate(batch, "loss", 1, 0);
                        trainable->update(rule);
                      });
    return 0;
  } catch (const Error& error) {
    std::fputs(error.what(), stderr);
    return error.exit_status();
  }
}
