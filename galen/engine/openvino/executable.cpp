#include "galen/engine/openvino/executable.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <openvino/runtime/compiled_model.hpp>
#include <openvino/runtime/exception.hpp>
#include <openvino/runtime/infer_request.hpp>

#include "galen/engine/openvino/message.h"

namespace galen::openvino {
namespace {

ov::element::Type element_of(Scalar type) {
  switch (type) {
    case Scalar::u8:
      return ov::element::u8;
    case Scalar::i8:
      return ov::element::i8;
    case Scalar::u16:
      return ov::element::u16;
    case Scalar::i16:
      return ov::element::i16;
    case Scalar::u32:
      return ov::element::u32;
    case Scalar::i32:
      return ov::element::i32;
    case Scalar::u64:
      return ov::element::u64;
    case Scalar::i64:
      return ov::element::i64;
    case Scalar::f16:
      return ov::element::f16;
    case Scalar::bf16:
      return ov::element::bf16;
    case Scalar::f32:
      return ov::element::f32;
    case Scalar::f64:
      return ov::element::f64;
    case Scalar::boolean:
      return ov::element::boolean;
  }
  throw defect("scalar", "has no type in OpenVINO");
}

// OpenVINO's view of our memory; nothing is copied. It writes to outputs only.
ov::Tensor view_of(const Tensor& tensor) {
  auto* data = const_cast<std::byte*>(tensor.bytes().data());
  return {element_of(tensor.type()), ov::Shape(tensor.shape().begin(), tensor.shape().end()), data};
}

class OpenVinoExecutable : public Executable {
 public:
  OpenVinoExecutable(const ov::CompiledModel& model, CompiledNetwork network)
      : model_(model), network_(std::move(network)) {}

  std::map<std::string, Tensor> run(const std::map<std::string, Tensor>& inputs) const override {
    require(inputs);
    try {
      ov::InferRequest request = take();
      std::map<std::string, Tensor> outputs = run(request, inputs);
      give_back(std::move(request));
      return outputs;
    } catch (const Error&) {
      throw;
    } catch (const std::exception& failure) {
      throw error_of(failure.what(), network_.label, "failed while it ran");
    }
  }
  Precision precision() const override { return network_.precision; }
  MemoryEstimate memory() const override {
    if (const Error* unknown = std::get_if<Error>(&network_.memory)) throw *unknown;
    return std::get<MemoryEstimate>(network_.memory);
  }

 private:
  void require(const std::map<std::string, Tensor>& inputs) const {
    for (const ValueInfo& wanted : network_.inputs) {
      const std::string where = fmt::format("{}: input '{}'", network_.label, wanted.name);
      const auto found = inputs.find(wanted.name);
      if (found == inputs.end() || found->second.empty()) throw Error(where, "is missing");
      const Tensor& given = found->second;
      if (given.type() != wanted.type) {
        throw Error(where, "has the wrong type",
                    fmt::format("{}, not {}", name_of(given.type()), name_of(wanted.type)));
      }
      if (given.shape() != shape_of(wanted)) {
        throw Error(where, "has the wrong shape",
                    fmt::format("{}, not {}", to_string(given.shape()), to_string(shape_of(wanted))),
                    "compile the network for this shape");
      }
    }
    if (inputs.size() == network_.inputs.size()) return;
    for (const auto& [name, tensor] : inputs) {
      if (std::ranges::find(network_.inputs, name, &ValueInfo::name) != network_.inputs.end()) continue;
      throw Error(network_.label, fmt::format("has no input '{}'", name));
    }
  }

  std::map<std::string, Tensor> run(ov::InferRequest& request, const std::map<std::string, Tensor>& inputs) const {
    for (std::size_t i = 0; i < network_.inputs.size(); ++i) {
      request.set_input_tensor(i, view_of(inputs.at(network_.inputs[i].name)));
    }
    // Outputs of known shape and type are written directly into the memory that the caller will read.
    std::map<std::string, Tensor> outputs;
    for (std::size_t i = 0; i < network_.outputs.size(); ++i) {
      const auto port = model_.output(i);
      const Scalar type = network_.outputs[i].type;
      if (port.get_partial_shape().is_dynamic() || port.get_element_type() != element_of(type)) continue;
      const ov::Shape& shape = port.get_shape();
      const Tensor output(type, Shape(shape.begin(), shape.end()));
      request.set_output_tensor(i, view_of(output));
      outputs.emplace(network_.outputs[i].name, output);
    }
    request.infer();
    for (std::size_t i = 0; i < network_.outputs.size(); ++i) {
      const ValueInfo& wanted = network_.outputs[i];
      if (!outputs.contains(wanted.name)) outputs.emplace(wanted.name, copy_of(request.get_output_tensor(i), wanted));
      Tensor& output = outputs.at(wanted.name);
      if (is_float(output.type()) && output.type() != Scalar::f32) output = output.as(Scalar::f32);
    }
    return outputs;
  }

  Tensor copy_of(const ov::Tensor& tensor, const ValueInfo& wanted) const {
    if (tensor.get_element_type() != element_of(wanted.type)) {
      throw defect(fmt::format("{}: output '{}'", network_.label, wanted.name),
                   fmt::format("came as {}, not {}", tensor.get_element_type().get_type_name(), name_of(wanted.type)));
    }
    const ov::Shape shape = tensor.get_shape();
    Tensor copy(wanted.type, Shape(shape.begin(), shape.end()));
    tensor.copy_to(view_of(copy));
    return copy;
  }

  // An idle request, or a new one. A request that failed is not given back.
  ov::InferRequest take() const {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        ov::InferRequest request = std::move(idle_.back());
        idle_.pop_back();
        return request;
      }
    }
    return model_.create_infer_request();
  }
  void give_back(ov::InferRequest request) const {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(request));
  }

  mutable ov::CompiledModel model_;  // create_infer_request() is thread-safe, but not const
  CompiledNetwork network_;
  mutable std::mutex mutex_;
  mutable std::vector<ov::InferRequest> idle_;
};

}  // namespace

std::shared_ptr<const Executable> openvino_executable(const ov::CompiledModel& model, CompiledNetwork network) {
  return std::make_shared<OpenVinoExecutable>(model, std::move(network));
}

}  // namespace galen::openvino
