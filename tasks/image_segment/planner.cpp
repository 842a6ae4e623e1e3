// Plans from a dataset's fingerprint and the machine, by nnU-Net's rules where they are known to work well.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <regex>

#include "galen/base/text.h"
#include "galen/data/units.h"
#include "galen/graph/graph.h"
#include "galen/prep/augment.h"
#include "tasks/image_segment/fingerprint.h"
#include "tasks/image_segment/plan.h"
#include "tasks/image_segment/task.h"

namespace galen::segment {
namespace {

constexpr std::int64_t least_bottleneck = 4;          // voxels along an axis that is still halved (nnU-Net)
constexpr double least_patch = 4096;                  // voxels; a smaller patch teaches nothing
constexpr std::int64_t greatest_width = 320;          // channels (nnU-Net, 3D)
constexpr double flops_per_second_and_thread = 35e9;  // f32 convolutions, AVX2; errs on the slow side
constexpr int least_updates = 2000;                   // a wider network does not pay off with fewer
constexpr int epochs = 100, batches_per_epoch = 50;
constexpr int least_batch = 2;              // for the batch's Dice (nnU-Net)
constexpr double greatest_share = 0.05;     // share of the training voxels in one batch (nnU-Net)
constexpr double bytes_per_activation = 8;  // value and gradient, f32
constexpr double bytes_per_parameter = 24;  // value, gradient, two optimiser states, average, workspace

struct Topology {
  std::vector<Shape> strides, kernels;  // z, y, x per stage
  Index3 patch;                         // rounded up to multiples of the strides
};

// Halves each axis while it is long and fine enough; kernels span 1 voxel along an axis until the others are as coarse.
Topology topology_of(Index3 patch, Vec3 spacing) {
  Topology out;
  Index3 size = patch, divisor{1, 1, 1};
  out.strides.push_back({1, 1, 1});
  while (true) {
    const double finest = *std::min_element(spacing.begin(), spacing.end());
    Shape kernel(3), stride(3, 1);
    bool halves = false;
    for (std::size_t a = 0; a < 3; ++a) {
      kernel[2 - a] = spacing[a] > 2 * finest ? 1 : 3;
      if (size[a] >= 2 * least_bottleneck && spacing[a] <= 2 * finest) stride[2 - a] = 2, halves = true;
    }
    out.kernels.push_back(kernel);
    if (!halves || out.strides.size() == 6) break;
    for (std::size_t a = 0; a < 3; ++a) {
      size[a] = (size[a] + stride[2 - a] - 1) / stride[2 - a];
      divisor[a] *= stride[2 - a];
      spacing[a] *= static_cast<double>(stride[2 - a]);
    }
    out.strides.push_back(stride);
  }
  for (std::size_t a = 0; a < 3; ++a) out.patch[a] = (patch[a] + divisor[a] - 1) / divisor[a] * divisor[a];
  return out;
}

UNet network_of(const Topology& topology, int channels, int classes, std::int64_t width) {
  UNet network;
  network.dims = 3;
  network.in_channels = channels;
  network.classes = classes;
  network.strides = topology.strides;
  network.kernels = topology.kernels;
  for (std::size_t stage = 0; stage < topology.strides.size(); ++stage) {
    network.features.push_back(std::min(width << stage, greatest_width));
  }
  network.encoder_convs.assign(network.features.size(), 2);
  network.decoder_convs.assign(network.features.size() - 1, 2);
  return network;
}

struct TrainingCost {
  double flops = 0, activations = 0, parameters = 0;  // for one item's forward pass
};

TrainingCost cost_of_training(const UNet& network, const Topology& topology) {
  Graph graph = unet_graph(network, {topology.patch[2], topology.patch[1], topology.patch[0]}, std::nullopt);
  fix_input(graph, "image", {1, network.in_channels, topology.patch[2], topology.patch[1], topology.patch[0]});
  TrainingCost out;
  const Cost cost = cost_of(graph);
  out.flops = cost.flops;
  out.parameters = static_cast<double>(cost.parameters);
  for (const auto& [name, value] : check(graph)) {
    if (graph.initializers.contains(name)) continue;
    double elements = 1;
    for (const Dim& dim : value.dims) elements *= static_cast<double>(std::max<std::int64_t>(dim.extent, 1));
    out.activations += elements;
  }
  return out;
}

Vec3 target_spacing(const Fingerprint& f) {
  Vec3 spacing = f.median_spacing_mm;
  const auto coarse = static_cast<std::size_t>(std::max_element(spacing.begin(), spacing.end()) - spacing.begin());
  double finest_other = std::numeric_limits<double>::infinity();
  for (std::size_t a = 0; a < 3; ++a) {
    if (a != coarse) finest_other = std::min(finest_other, spacing[a]);
  }
  if (spacing[coarse] > 3 * finest_other) spacing[coarse] = std::max(f.coarse_spacing_mm[coarse], finest_other);
  return spacing;
}

double voxels_of(const Index3& patch) {
  return static_cast<double>(patch[0] * patch[1] * patch[2]);
}

Index3 median_size(const Fingerprint& f, const Vec3& spacing) {
  Index3 median{};
  for (std::size_t a = 0; a < 3; ++a) {
    median[a] = std::max<std::int64_t>(1, std::llround(f.median_extent_mm[a] / spacing[a]));
  }
  return median;
}

double bytes_of_step(const TrainingCost& cost, int batch) {
  return bytes_per_parameter * cost.parameters + bytes_per_activation * batch * cost.activations;
}

double seconds_of_step(const TrainingCost& cost, int batch, int threads) {
  return 3 * cost.flops * batch / (flops_per_second_and_thread * threads);
}

// Shortens the axis that is longest relative to the median image.
void shrink(Index3& patch, const Index3& median) {
  std::size_t longest = 0;
  for (std::size_t a = 1; a < 3; ++a) {
    if (patch[a] * median[longest] > patch[longest] * median[a]) longest = a;
  }
  patch[longest] = std::max<std::int64_t>(1, patch[longest] - std::max<std::int64_t>(8, patch[longest] / 8));
}

// As much of the median image as fits in memory. Activations grow with the number of voxels, which tells about how far
// to shrink before checking again.
Topology fit_patch(const Fingerprint& f, const Vec3& spacing, std::int64_t width, int classes, std::uint64_t memory) {
  const Index3 median = median_size(f, spacing);
  Index3 patch{};
  for (std::size_t a = 0; a < 3; ++a) patch[a] = std::min<std::int64_t>(median[a], 256);
  while (true) {
    const Topology topology = topology_of(patch, spacing);
    const TrainingCost cost = cost_of_training(network_of(topology, f.channels, classes, width), topology);
    const double activations = bytes_per_activation * least_batch * cost.activations;
    const double room = static_cast<double>(memory) - bytes_per_parameter * cost.parameters;
    if (activations <= room || voxels_of(patch) <= least_patch) return topology;
    // At most halved at once: a smaller patch has fewer stages, and their fewer parameters leave more room.
    const double about = std::max({least_patch, voxels_of(patch) / 2, voxels_of(patch) * room / activations});
    do shrink(patch, median);
    while (voxels_of(patch) > about);
  }
}

// As many patches as fit in memory, in the time for the whole schedule, and in the permitted share of training voxels.
int choose_batch(const TrainingCost& cost, const PlanRequest& request, std::uint64_t memory, double patches) {
  const auto fits = [&](int batch) {
    const double seconds = epochs * batches_per_epoch * seconds_of_step(cost, batch, request.threads);
    return batch <= greatest_share * patches && bytes_of_step(cost, batch) <= static_cast<double>(memory) &&
           (request.seconds <= 0 || seconds <= request.seconds);
  };
  int batch = least_batch;
  while (fits(batch + 1)) ++batch;
  return batch;
}

// Whether a class is one side of the body: mirroring would teach something wrong. In doubt it is one, since a class
// that is not mirrored only lacks some augmentation.
bool has_sides(const std::vector<ClassLabel>& classes) {
  static const std::regex no_side("(^|[^a-z])(bright|upright|cleft)"), side("left|right");
  return std::any_of(classes.begin(), classes.end(), [](const ClassLabel& label) {
    return std::regex_search(std::regex_replace(lowered(label.name), no_side, ""), side);
  });
}

}  // namespace

Recipe ImageSegment::plan(const PlanRequest& request) const {
  SegmentPlan plan;
  const Fingerprint f = take_fingerprint(request, plan.orientation);
  plan.spacing_mm = target_spacing(f);
  const auto [finest, coarsest] = std::minmax_element(plan.spacing_mm.begin(), plan.spacing_mm.end());
  plan.anisotropic = *coarsest > 3 * *finest;
  plan.extent_low_mm = f.least_extent_mm;
  plan.extent_high_mm = f.greatest_extent_mm;
  const auto unit = request.dataset.units.find("image");
  const bool hounsfield = unit != request.dataset.units.end() && unit->second == hounsfield_unit;
  const NormalisationScheme scheme = hounsfield ? NormalisationScheme::ct : choose_normalisation(f.modality);
  for (int c = 0; c < f.channels; ++c) {
    plan.normalisation.push_back(scheme == NormalisationScheme::ct ? ct_normalisation(f.foreground)
                                                                   : Normalisation{scheme});
  }

  // Prepared cases (values and classes) are in memory along with the step.
  const double training_voxels = static_cast<double>(request.rows.size()) * voxels_of(median_size(f, plan.spacing_mm));
  const double held = training_voxels * (4.0 * f.channels + 1);
  const auto memory = static_cast<std::uint64_t>(std::max(static_cast<double>(request.memory_bytes) - held, 0.0));

  // The widest network for which the time limit allows enough updates.
  const int classes = static_cast<int>(request.dataset.classes.size());
  TrainingCost cost;
  for (const std::int64_t width : {32, 24, 16}) {
    const Topology topology = fit_patch(f, plan.spacing_mm, width, classes, memory);
    plan.patch = topology.patch;
    plan.network = network_of(topology, f.channels, classes, width);
    cost = cost_of_training(plan.network, topology);
    const double step = seconds_of_step(cost, least_batch, request.threads);
    if (request.seconds <= 0 || step * least_updates <= request.seconds) break;
  }
  plan.batch = choose_batch(cost, request, memory, training_voxels / voxels_of(plan.patch));
  request.progress.say(fmt::format(
      "plan: spacing {:.2f}x{:.2f}x{:.2f} mm, patch {}x{}x{}, batch {}, widths from {}, about {:.2f} s an update",
      plan.spacing_mm[0], plan.spacing_mm[1], plan.spacing_mm[2], plan.patch[0], plan.patch[1], plan.patch[2],
      plan.batch, plan.network.features.front(), seconds_of_step(cost, plan.batch, request.threads)));

  Recipe recipe;
  recipe.task = info().name;
  recipe.network = to_json(plan.network);
  recipe.plan = to_json(plan);
  Augmentation augmentation;
  if (has_sides(request.dataset.classes)) augmentation.mirror = {false, true, true};
  recipe.augmentation = to_json(augmentation);
  recipe.schedule.epochs = epochs;
  recipe.schedule.batches_per_epoch = batches_per_epoch;
  recipe.schedule.ema_decay = 0.99;
  recipe.bundle = {
      {"id", request.dataset.name},
      {"question", fmt::format("Where are the structures of '{}', and how large are they?", request.dataset.name)},
      {"licence", request.dataset.licence},
      {"attribution", request.dataset.citation}};
  return recipe;
}

}  // namespace galen::segment
