#include "galen/trust/calibration_fits.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "galen/metric/logistic.h"

namespace galen {
namespace {

// Derivative of the loss at inverse temperature s; it increases with s, as the loss is convex.
double temperature_slope(std::span<const LogitSample> samples, double s) {
  double sum = 0;
  for (const LogitSample& sample : samples) {
    if (sample.logits.size() == 1) {
      const double z = sample.logits[0];
      sum += sample.weight * (sigmoid(s * z) - sample.truth) * z;
      continue;
    }
    std::vector<double> scaled = sample.logits;
    for (double& z : scaled) z *= s;
    const std::vector<double> p = softmax(scaled);
    double expected = 0;
    for (std::size_t k = 0; k < p.size(); ++k) expected += p[k] * sample.logits[k];
    sum += sample.weight * (expected - sample.logits[static_cast<std::size_t>(sample.truth)]);
  }
  return sum;
}

struct VectorProblem {
  std::span<const LogitSample> samples;
  Eigen::Index classes;
  double total_weight = 0, ridge = 1e-4;

  // Parameters are [a_0 .. a_K-1, b_0 .. b_K-1].
  double loss(const Eigen::VectorXd& parameters) const {
    double sum = 0;
    for (const LogitSample& sample : samples) {
      const Eigen::VectorXd z = logits(sample, parameters);
      const double top = z.maxCoeff();
      sum += sample.weight * (top + std::log((z.array() - top).exp().sum()) - z[sample.truth]);
    }
    return sum / total_weight + ridge / 2 * (parameters - start()).squaredNorm();
  }

  Eigen::VectorXd start() const {
    Eigen::VectorXd parameters = Eigen::VectorXd::Zero(2 * classes);
    parameters.head(classes).setOnes();
    return parameters;
  }

  Eigen::VectorXd logits(const LogitSample& sample, const Eigen::VectorXd& parameters) const {
    const Eigen::Map<const Eigen::VectorXd> x(sample.logits.data(), classes);
    return parameters.head(classes).cwiseProduct(x) + parameters.tail(classes);
  }

  Eigen::VectorXd newton_step(const Eigen::VectorXd& parameters) const {
    Eigen::VectorXd gradient = Eigen::VectorXd::Zero(2 * classes);
    Eigen::MatrixXd hessian = Eigen::MatrixXd::Zero(2 * classes, 2 * classes);
    for (const LogitSample& sample : samples) {
      const Eigen::Map<const Eigen::VectorXd> x(sample.logits.data(), classes);
      const Eigen::VectorXd z = logits(sample, parameters);
      Eigen::VectorXd p = (z.array() - z.maxCoeff()).exp();
      p /= p.sum();
      Eigen::VectorXd residual = p;
      residual[sample.truth] -= 1;
      gradient.head(classes) += sample.weight * residual.cwiseProduct(x);
      gradient.tail(classes) += sample.weight * residual;
      Eigen::MatrixXd curvature = -p * p.transpose();
      curvature.diagonal() += p;
      curvature *= sample.weight;
      hessian.topLeftCorner(classes, classes) += x.asDiagonal() * curvature * x.asDiagonal();
      hessian.topRightCorner(classes, classes) += x.asDiagonal() * curvature;
      hessian.bottomRightCorner(classes, classes) += curvature;
    }
    hessian.bottomLeftCorner(classes, classes) = hessian.topRightCorner(classes, classes).transpose();
    hessian /= total_weight;
    hessian.diagonal().array() += ridge;
    gradient = gradient / total_weight + ridge * (parameters - start());
    return -hessian.ldlt().solve(gradient);
  }
};

}  // namespace

std::vector<double> softmax(std::span<const double> logits) {
  const double top = *std::max_element(logits.begin(), logits.end());
  std::vector<double> result;
  double sum = 0;
  for (const double logit : logits) sum += result.emplace_back(std::exp(logit - top));
  for (double& value : result) value /= sum;
  return result;
}

void fit_temperature(Calibration& calibration, std::span<const LogitSample> samples) {
  double low = std::log(1.0 / 50), high = std::log(50.0);  // bounds of log s, s = 1 / T
  for (int i = 0; i < 50; ++i) {
    const double middle = (low + high) / 2;
    (temperature_slope(samples, std::exp(middle)) < 0 ? low : high) = middle;
  }
  calibration.scale = {std::exp((low + high) / 2)};
}

void fit_platt(Calibration& calibration, std::span<const LogitSample> samples) {
  double yes = 0, no = 0;
  for (const LogitSample& sample : samples) (sample.truth ? yes : no) += sample.weight;
  std::vector<double> x, target, weights;
  for (const LogitSample& sample : samples) {
    x.push_back(sample.logits[0]);
    target.push_back(sample.truth ? (yes + 1) / (yes + 2) : 1 / (no + 2));
    weights.push_back(sample.weight);
  }
  const LogisticFit fit = fit_logistic(x, target, weights);
  calibration.scale = {fit.converged ? fit.slope : 1.0};
  calibration.bias = {fit.converged ? fit.intercept : 0.0};
}

void fit_isotonic(Calibration& calibration, std::span<const LogitSample> samples) {
  std::vector<const LogitSample*> sorted;
  for (const LogitSample& sample : samples) sorted.push_back(&sample);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const LogitSample* a, const LogitSample* b) { return a->logits[0] < b->logits[0]; });
  struct Block {
    double first, last, weight, sum;
    double level() const { return sum / weight; }
  };
  std::vector<Block> ties;  // one for each distinct logit
  for (const LogitSample* sample : sorted) {
    if (sample->weight == 0) continue;
    const double x = sample->logits[0];
    if (ties.empty() || ties.back().last != x) ties.push_back({x, x, 0, 0});
    ties.back().weight += sample->weight;
    ties.back().sum += sample->weight * sample->truth;
  }
  std::vector<Block> blocks;
  for (Block block : ties) {
    while (!blocks.empty() && blocks.back().level() >= block.level()) {
      const Block& left = blocks.back();
      block = {left.first, block.last, left.weight + block.weight, left.sum + block.sum};
      blocks.pop_back();
    }
    blocks.push_back(block);
  }
  for (const Block& block : blocks) {
    calibration.knots.push_back(block.first);
    calibration.levels.push_back(block.level());
    if (block.last == block.first) continue;
    calibration.knots.push_back(block.last);
    calibration.levels.push_back(block.level());
  }
}

void fit_vector(Calibration& calibration, std::span<const LogitSample> samples) {
  VectorProblem problem{samples, static_cast<Eigen::Index>(samples[0].logits.size())};
  for (const LogitSample& sample : samples) problem.total_weight += sample.weight;
  Eigen::VectorXd parameters = problem.start();
  double current = problem.loss(parameters);
  for (int i = 0; i < 100; ++i) {
    Eigen::VectorXd step = problem.newton_step(parameters);
    double next = problem.loss(parameters + step);
    while (next > current && step.norm() > 1e-10) {
      step /= 2;
      next = problem.loss(parameters + step);
    }
    if (!(next < current)) break;
    parameters += step;
    const bool done = current - next < 1e-13;
    current = next;
    if (done) break;
  }
  const auto classes = static_cast<std::size_t>(problem.classes);
  calibration.scale.assign(parameters.data(), parameters.data() + classes);
  calibration.bias.assign(parameters.data() + classes, parameters.data() + 2 * classes);
}

}  // namespace galen
