#include "tasks/image_segment/infer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "galen/base/threads.h"
#include "galen/engine/outputs.h"
#include "galen/prep/sliding_window.h"

namespace galen::segment {
namespace {

constexpr double whole_at_most = 2.0;  // largest image run as one tile, in patches' worth of voxels
// What the first network loads besides itself (OpenVINO's front end and compiler): measured as the growth of the
// process's peak memory that MemoryEstimate does not cover; OpenVINO 2026.4.1: 20 MiB in f32, 22 MiB in bf16.
constexpr std::uint64_t shared_by_networks = 24 << 20;

// Softmax over classes, added to sum; [class, voxel] in both.
void add_softmax(std::span<const float> logits, int classes, std::span<float> sum, float weight) {
  const std::size_t voxels = sum.size() / static_cast<std::size_t>(classes);
  std::vector<float> p(static_cast<std::size_t>(classes));
  for (std::size_t v = 0; v < voxels; ++v) {
    float top = -std::numeric_limits<float>::infinity(), total = 0;
    for (std::size_t c = 0; c < p.size(); ++c) top = std::max(top, logits[c * voxels + v]);
    for (std::size_t c = 0; c < p.size(); ++c) total += p[c] = std::exp(logits[c * voxels + v] - top);
    for (std::size_t c = 0; c < p.size(); ++c) sum[c * voxels + v] += weight * p[c] / total;
  }
}

// Reverses [channel, z, y, x] along the axes of the mask (bit 0: x, 1: y, 2: z).
std::vector<float> mirrored(std::span<const float> values, const Index3& size, int axes) {
  std::vector<float> out(values.size());
  const auto [nx, ny, nz] = size;
  const auto channels = static_cast<std::int64_t>(values.size()) / (nx * ny * nz);
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t z = 0; z < nz; ++z) {
      for (std::int64_t y = 0; y < ny; ++y) {
        const std::int64_t from_y = axes & 2 ? ny - 1 - y : y, from_z = axes & 4 ? nz - 1 - z : z;
        const float* from = values.data() + ((c * nz + from_z) * ny + from_y) * nx;
        float* to = out.data() + ((c * nz + z) * ny + y) * nx;
        if (axes & 1) {
          std::reverse_copy(from, from + nx, to);
        } else {
          std::copy(from, from + nx, to);
        }
      }
    }
  }
  return out;
}

std::vector<int> mirrorings(const SegmentPlan& plan, bool mirror) {
  std::vector<int> out = {0};
  if (!mirror) return out;
  for (int axes = 1; axes < 8; ++axes) {
    bool allowed = true;
    for (std::size_t a = 0; a < 3; ++a) allowed = allowed && (!(axes & (1 << a)) || plan.augmentation.mirror[a]);
    if (allowed) out.push_back(axes);
  }
  return out;
}

struct Member {
  std::shared_ptr<const Executable> network;
  std::vector<float> embedding;
};

}  // namespace

Index3 tile_for(const Index3& size, const SegmentPlan& plan) {
  Index3 padded = size;
  const Index3 multiple = plan.divisor();
  double voxels = 1, patch = 1;
  for (std::size_t a = 0; a < 3; ++a) {
    padded[a] = std::max(plan.patch[a], (size[a] + multiple[a] - 1) / multiple[a] * multiple[a]);
    voxels *= static_cast<double>(padded[a]);
    patch *= static_cast<double>(plan.patch[a]);
  }
  return voxels <= whole_at_most * patch ? padded : plan.patch;
}

Ensemble::Ensemble(std::vector<Graph> members, SegmentPlan plan, Engine& engine, InferenceOptions options)
    : members_(std::move(members)), plan_(std::move(plan)), engine_(engine), options_(options) {
  if (members_.empty()) throw defect("image_segment", "an ensemble without members");
  for (const Graph& member : members_) require_output(member, "logits");
}

int Ensemble::passes() const {
  return static_cast<int>(members_.size() * mirrorings(plan_, options_.mirror).size());
}

CompileOptions Ensemble::compile_options(const Image& image) const {
  const Index3 tile = tile_for(image.grid.size, plan_);
  CompileOptions compile;
  compile.shapes["image"] = {1, image.channels, tile[2], tile[1], tile[0]};
  compile.precision = options_.precision;
  compile.threads = options_.threads;
  compile.taps = {"embedding"};
  return compile;
}

std::uint64_t Ensemble::predict_memory(const Image& image) const {
  const CompileOptions compile = compile_options(image);
  std::uint64_t bytes = shared_by_networks;
  for (const Graph& member : members_) bytes += engine_.predict_memory(member, compile).total();
  const Index3& size = image.grid.size;
  const std::int64_t depth = std::min(size[2], tile_for(size, plan_)[2]);  // slices that the accumulator holds
  const std::int64_t sums = (plan_.network.classes + 1) * depth * size[0] * size[1];
  return bytes + static_cast<std::uint64_t>(sums) * sizeof(float);
}

Inference Ensemble::run(const Image& image, const SliceSink& sink, Progress& progress) const {
  const Index3 tile = tile_for(image.grid.size, plan_);
  const auto classes = static_cast<int>(plan_.network.classes);
  const CompileOptions compile = compile_options(image);
  Inference out;
  std::vector<Member> members(members_.size());
  parallel_for(members.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t m = begin; m < end; ++m) members[m].network = engine_.compile(members_[m], compile);
  });

  out.precision = members.front().network->precision();

  const std::vector<int> mirrors = mirrorings(plan_, options_.mirror);
  const std::vector<Box> boxes = tiles(image.grid.size, tile);
  Accumulator sum(classes, image.grid.size, tile, sink);
  const float weight = 1.0f / static_cast<float>(members.size() * mirrors.size());
  progress.begin("segmenting", boxes.size(), "tiles");
  for (std::size_t b = 0; b < boxes.size(); ++b) {
    check_stop();
    const Image part = cropped(image, boxes[b]);
    std::vector<float> scores(static_cast<std::size_t>(classes) * part.channel(0).size());
    for (Member& member : members) {
      for (const int axes : mirrors) {
        const std::vector<float> input = mirrored(part.values, tile, axes);
        const auto result = member.network->run({{"image", Tensor::of<float>(compile.shapes.at("image"), input)}});
        out.non_finite = out.non_finite || has_non_finite(result);
        std::vector<float> p(scores.size());
        add_softmax(output_of(result, "logits", {1, classes, tile[2], tile[1], tile[0]}), classes, p, weight);
        p = mirrored(p, tile, axes);
        std::transform(p.begin(), p.end(), scores.begin(), scores.begin(), std::plus<>());
        const auto embedding = result.at("embedding").values<float>();
        if (axes == 0) {
          member.embedding.resize(embedding.size());
          for (std::size_t i = 0; i < embedding.size(); ++i) {
            member.embedding[i] += embedding[i] / static_cast<float>(boxes.size());
          }
        }
      }
    }
    sum.add(scores, boxes[b].begin);
    progress.advance(b + 1);
  }
  sum.finish();
  progress.end();
  for (Member& member : members) out.embeddings.push_back(std::move(member.embedding));
  return out;
}

}  // namespace galen::segment
