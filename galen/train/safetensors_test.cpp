#include "galen/train/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>

#include "galen/base/json.h"

namespace galen {
namespace {

Bytes file_of(const std::string& header, std::size_t data, std::uint64_t length = 0) {
  if (length == 0) length = header.size();
  Bytes out(8 + header.size() + data);
  std::memcpy(out.data(), &length, 8);
  std::memcpy(out.data() + 8, header.data(), header.size());
  return out;
}

std::string verdict(const Bytes& bytes) {
  try {
    parse_safetensors(bytes, "file");
    return "accepted";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(Safetensors, RoundTripsEveryTypeAndShape) {
  TensorFile file;
  for (const Scalar type : {Scalar::u8, Scalar::i8, Scalar::u16, Scalar::i16, Scalar::u32, Scalar::i32, Scalar::u64,
                            Scalar::i64, Scalar::f16, Scalar::bf16, Scalar::f32, Scalar::f64, Scalar::boolean}) {
    Tensor tensor(type, {2, 3});
    int i = 0;
    for (std::byte& b : tensor.bytes()) b = static_cast<std::byte>(++i);
    file.tensors.emplace(name_of(type), tensor);
  }
  file.tensors["scalar"] = Tensor::scalar(3.5f);
  file.tensors["none"] = Tensor(Scalar::f32, {0, 4});
  file.metadata = {{"a", "b"}, {"json", R"({"x": [1]})"}};
  const Bytes bytes = write_safetensors(file);
  EXPECT_EQ(bytes, write_safetensors(file));
  const TensorFile again = parse_safetensors(bytes, "file");
  EXPECT_EQ(again.metadata, file.metadata);
  ASSERT_EQ(again.tensors.size(), file.tensors.size());
  for (const auto& [name, tensor] : file.tensors) {
    const Tensor& back = again.tensors.at(name);
    EXPECT_EQ(back.type(), tensor.type()) << name;
    EXPECT_EQ(back.shape(), tensor.shape()) << name;
    EXPECT_TRUE(std::ranges::equal(back.bytes(), std::as_const(tensor).bytes())) << name;
  }
}

TEST(Safetensors, ReadsAFileAsTheFormatDescribesIt) {
  const std::string header = R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  EXPECT_EQ(verdict(file_of(header, 8)), "accepted");
  EXPECT_EQ(verdict(file_of("{}", 0)), "accepted");
}

TEST(Safetensors, RefusesHostileHeaders) {
  const auto entry = [](const std::string& body) { return R"({"t":{)" + body + "}}"; };
  const std::vector<std::pair<Bytes, const char*>> cases = {
      {Bytes(3), "too short"},
      {file_of("{}", 0, 1ull << 63), "a length beyond the file"},
      {file_of("{}", 0, 3), "a length beyond the file by one"},
      {file_of("[]", 0), "no object"},
      {file_of("{", 0), "no JSON"},
      {file_of(R"({"t":1})", 0), "an entry that is a number"},
      {file_of(entry(R"("dtype":"F31","shape":[2],"data_offsets":[0,8])"), 8), "an unknown type"},
      {file_of(entry(R"("dtype":"F32","shape":[-2],"data_offsets":[0,8])"), 8), "a negative extent"},
      {file_of(entry(R"("dtype":"F32","shape":[3],"data_offsets":[0,8])"), 8), "a shape that does not fit"},
      {file_of(entry(R"("dtype":"F32","shape":[2],"data_offsets":[8,0])"), 8), "an end before the begin"},
      {file_of(entry(R"("dtype":"F32","shape":[2],"data_offsets":[0,8])"), 4), "data that is too short"},
      {file_of(entry(R"("dtype":"F32","shape":[2],"data_offsets":[0,8])"), 9), "bytes that nobody owns"},
      {file_of(entry(R"("dtype":"F32","shape":[2],"data_offsets":[4,12])"), 12), "a gap"},
      {file_of(entry(R"("dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,0])"), 0), "overflow"},
      {file_of(entry(R"("dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1)"), 8), "an unknown key"},
      {file_of(entry(R"("dtype":"F32","shape":[2],"data_offsets":[0,8.0])"), 8), "an offset that is no integer"},
      {file_of(R"({"__metadata__":{"a":1}})", 0), "metadata that is no text"},
      {file_of(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
               R"("b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})",
               6),
       "overlap"},
      {file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
               R"("a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
               1),
       "a name twice"},
      {file_of(std::string(200, '['), 0), "deep nesting"},
  };
  for (const auto& [bytes, what] : cases) EXPECT_NE(verdict(bytes), "accepted") << what;
}

}  // namespace
}  // namespace galen
