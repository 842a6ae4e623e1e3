#include "galen/io/volume/volume_io.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <numeric>

#include "galen/base/error.h"
#include "galen/base/message_test.h"
#include "galen/base/random.h"
#include "galen/data/orientations_test.h"

namespace galen {
namespace {

using testing::HasSubstr;

std::string refusal(const fs::path& path, const Limits& limits = {}) {
  return message_of([&] { read_volume(path, limits); });
}

const std::vector<std::string> with_grid = {".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd"};
constexpr std::array all_types = {Scalar::u8,  Scalar::i8,  Scalar::u16, Scalar::i16, Scalar::u32,
                                  Scalar::i32, Scalar::u64, Scalar::i64, Scalar::f32, Scalar::f64};

/// Turned about all three axes; three different extents and spacings.
Grid oblique() {
  Grid grid;
  grid.size = {3, 4, 5};
  grid.spacing_mm = {0.7, 1.1, 2.5};
  grid.origin_mm = {-12.25, 30.5, 7.125};
  const double a = 0.3, b = -0.2, c = 0.15;
  const double ca = std::cos(a), sa = std::sin(a), cb = std::cos(b), sb = std::sin(b), cc = std::cos(c),
               sc = std::sin(c);
  grid.direction = {{{ca * cb, ca * sb * sc - sa * cc, ca * sb * cc + sa * sc},
                     {sa * cb, sa * sb * sc + ca * cc, sa * sb * cc - ca * sc},
                     {-sb, cb * sc, cb * cc}}};
  return grid;
}

/// Values that use the whole range of the type.
Volume varied(const Grid& grid, Scalar type, int components = 1, std::int64_t frames = 1) {
  Volume volume(grid, type, components, frames);
  visit_scalar(type, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (!std::is_same_v<T, bool>) {
      auto values = volume.values<T>();
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(i * 7 + 1);
      values[0] = std::numeric_limits<T>::lowest();
      values[1] = std::numeric_limits<T>::max();
    }
  });
  return volume;
}

TEST(VolumeFiles, AllFortyEightOrientationsKeepEveryVoxelAtItsPlace) {
  const TemporaryFolder folder;
  const Volume source = varied(oblique(), Scalar::i16);
  for (const std::string& ending : with_grid) {
    for (const std::string& letters : all_orientations()) {
      const Volume turned = reoriented(source, letters);
      const fs::path path = folder.path() / ("turned" + ending);
      write_volume(turned, path);
      const Volume back = read_volume(path);
      ASSERT_EQ(back.grid.orientation(), letters) << ending;
      ASSERT_TRUE(back.grid.matches(turned.grid, 1e-5)) << ending << " " << letters;
      ASSERT_EQ(back.voxels, turned.voxels) << ending << " " << letters;
    }
  }
}

TEST(VolumeFiles, EveryTypeWithFramesAndComponentsComesBackAsItWas) {
  const TemporaryFolder folder;
  for (const std::string& ending : with_grid) {
    for (const Scalar type : all_types) {
      for (const int components : {1, 3}) {
        for (const std::int64_t frames : {1, 2}) {
          Volume source = varied(oblique(), type, components, frames);
          source.frame_seconds = frames > 1 ? 2.5 : 0;
          const fs::path path = folder.path() / ("typed" + ending);
          write_volume(source, path);
          const Volume back = read_volume(path);
          const std::string what = fmt::format("{} {} {} {}", ending, name_of(type), components, frames);
          ASSERT_EQ(back.type, type) << what;
          ASSERT_EQ(back.components, components) << what;
          ASSERT_EQ(back.frames, frames) << what;
          ASSERT_EQ(back.voxels, source.voxels) << what;
          const bool holds_time = ending.starts_with(".n");
          ASSERT_EQ(back.frame_seconds, holds_time ? source.frame_seconds : 0) << what;
        }
      }
    }
  }
}

TEST(VolumeFiles, TheQuantityIsKeptWithOrWithoutASlopeInTheFormat) {
  const TemporaryFolder folder;
  Volume source = varied(oblique(), Scalar::i16);
  source.slope = 0.5;
  source.intercept = -1024;
  for (const std::string& ending : with_grid) {
    const fs::path path = folder.path() / ("scaled" + ending);
    write_volume(source, path);
    const Volume back = read_volume(path);
    EXPECT_EQ(back.as_f64(), source.as_f64()) << ending;
    EXPECT_EQ(back.type, ending.starts_with(".ni") ? Scalar::i16 : Scalar::f64) << ending;
  }
}

TEST(VolumeFiles, AShearedGridIsKeptWhereTheFormatHoldsIt) {
  const TemporaryFolder folder;
  Volume source = varied(oblique(), Scalar::u8);
  source.grid.direction = {{{1, 0.6, 0}, {0, 0.8, 0}, {0, 0, 1}}};
  for (const std::string ending : {".nii", ".nrrd"}) {
    const fs::path path = folder.path() / ("sheared" + ending);
    write_volume(source, path);
    EXPECT_TRUE(read_volume(path).grid.matches(source.grid, 1e-5)) << ending;
  }
  EXPECT_THAT(message_of([&] { write_volume(source, folder.path() / "x.mha"); }), HasSubstr("no sheared grid"));
}

TEST(VolumeFiles, NaNAndInfinitiesAreKeptAsTheyAre) {
  const TemporaryFolder folder;
  Volume source = varied(oblique(), Scalar::f32);
  source.values<float>()[2] = std::numeric_limits<float>::quiet_NaN();
  source.values<float>()[3] = -std::numeric_limits<float>::infinity();
  for (const std::string& ending : with_grid) {
    write_volume(source, folder.path() / ("odd" + ending));
    EXPECT_EQ(read_volume(folder.path() / ("odd" + ending)).voxels, source.voxels) << ending;
  }
}

TEST(VolumeFiles, ExtentsAboveSixteenBitsAreWrittenAsNifti2) {
  const TemporaryFolder folder;
  Grid grid;
  grid.size = {40000, 2, 1};
  const Volume source = varied(grid, Scalar::u8);
  write_volume(source, folder.path() / "wide.nii");
  EXPECT_EQ(inspect_volume(folder.path() / "wide.nii").format, "NIfTI-2");
  EXPECT_EQ(read_volume(folder.path() / "wide.nii").voxels, source.voxels);
}

Volume picture(Scalar type, int components, std::int64_t pages = 1) {
  Grid grid;
  grid.size = {17, 9, pages};
  return varied(grid, type, components);
}

TEST(Pictures, ComeBackPixelByPixelAndSayThatTheyHaveNoSpacing) {
  const TemporaryFolder folder;
  const auto expect_kept = [&](const Volume& source, const std::string& ending) {
    const fs::path path = folder.path() / ("picture" + ending);
    write_volume(source, path);
    const Volume back = read_volume(path);
    EXPECT_EQ(back.grid.size, source.grid.size) << ending;
    EXPECT_EQ(back.components, source.components) << ending;
    EXPECT_EQ(back.type, source.type) << ending;
    EXPECT_EQ(back.voxels, source.voxels) << ending << " " << source.components << " " << name_of(source.type);
    EXPECT_THAT(back.remarks, testing::Contains(HasSubstr("no spacing in the file"))) << ending;
  };
  for (const int components : {1, 3, 4}) {
    for (const Scalar type : {Scalar::u8, Scalar::u16}) {
      expect_kept(picture(type, components), ".png");
      expect_kept(picture(type, components), ".tif");
    }
  }
  expect_kept(picture(Scalar::f32, 1), ".tiff");
  expect_kept(picture(Scalar::u8, 1, 5), ".tif");
}

TEST(Pictures, AJpegComesBackNearly) {
  const TemporaryFolder folder;
  Volume source = picture(Scalar::u8, 1);
  auto values = source.values<std::uint8_t>();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint8_t>(100 + i % 17);
  write_volume(source, folder.path() / "picture.jpg");
  const Volume back = read_volume(folder.path() / "picture.jpg");
  ASSERT_EQ(back.grid.size, source.grid.size);
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(back.values<std::uint8_t>()[i], values[i], 6);
}

TEST(Pictures, RefuseWhatTheyCannotHold) {
  const TemporaryFolder folder;
  for (const char* name : {"a.png", "a.jpg"}) {
    EXPECT_THAT(message_of([&] { write_volume(picture(Scalar::f32, 1), folder.path() / name); }),
                HasSubstr("does not hold such an image"));
    EXPECT_THAT(message_of([&] { write_volume(picture(Scalar::u8, 1, 2), folder.path() / name); }),
                HasSubstr("does not hold such an image"));
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(VolumeFiles, AreToldByContentAndNotByName) {
  const TemporaryFolder folder;
  write_volume(picture(Scalar::u8, 1), folder.path() / "a.png");
  fs::rename(folder.path() / "a.png", folder.path() / "a.nii.gz");
  EXPECT_EQ(inspect_volume(folder.path() / "a.nii.gz").format, "PNG");
  write_volume(varied(oblique(), Scalar::u8), folder.path() / "b.nii.gz");
  fs::rename(folder.path() / "b.nii.gz", folder.path() / "b.jpg");
  EXPECT_EQ(inspect_volume(folder.path() / "b.jpg").format, "NIfTI-1");
}

TEST(VolumeFiles, RefuseWhatIsNoImageInOneLine) {
  const TemporaryFolder folder;
  const auto refusal_of = [&](std::string_view content) {
    write_file(folder.path() / "x.nii", content);
    return refusal(folder.path() / "x.nii");
  };
  EXPECT_THAT(refusal_of(""), HasSubstr("is empty"));
  EXPECT_THAT(refusal_of("hello"), HasSubstr("not an image in a known format"));
  EXPECT_THAT(refusal_of("hello"), HasSubstr("NIfTI (.nii, .nii.gz), MetaImage (.mha, .mhd); of a pair, the header"));
  EXPECT_THAT(refusal_of(fmt::format("{}DICM", std::string(128, '\0'))), HasSubstr("DICOM"));
  EXPECT_THAT(refusal(folder.path()), HasSubstr("is a folder"));
  EXPECT_THAT(refusal(folder.path() / "none.nii"), HasSubstr("does not exist"));
  EXPECT_THAT(message_of([&] { write_volume(varied(oblique(), Scalar::u8), folder.path() / "x.txt"); }),
              HasSubstr("no ending"));
}

/// The files of one written volume; the first is the one to open.
std::vector<fs::path> written(const fs::path& folder, const std::string& ending) {
  const bool raster = ending == ".png" || ending == ".tif" || ending == ".jpg";
  const fs::path path = folder / ("seed" + ending);
  write_volume(raster ? picture(Scalar::u8, 3) : varied(oblique(), Scalar::i16), path);
  if (ending == ".nhdr" || ending == ".mhd") return {path, folder / "seed.raw"};
  return {path};
}
const std::vector<std::string> all_endings = {".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha",
                                              ".mhd", ".png",    ".tif",  ".jpg"};

TEST(Damage, AFileCutAnywhereIsRefused) {
  const TemporaryFolder folder;
  for (const std::string& ending : all_endings) {
    for (const fs::path& path : written(folder.path(), ending)) {
      const Bytes whole = read_bytes(path);
      for (std::size_t part = 0; part < 16; ++part) {
        write_file(path, std::span(whole).first(whole.size() * part / 16));
        EXPECT_NE(refusal(folder.path() / ("seed" + ending)), "no error")
            << path.filename() << " cut at " << part << "/16";
      }
      write_file(path, whole);
    }
  }
}

TEST(Damage, ChangedBytesEndInAnErrorOrAVolumeButNeverInACrash) {
  const TemporaryFolder folder;
  constexpr int rounds = 250;
  const Limits limits{.max_bytes = 1 << 21, .max_elements = 1 << 18};
  int read = 0, refused = 0;
  for (const std::string& ending : all_endings) {
    const fs::path path = written(folder.path(), ending)[0];
    const Bytes whole = read_bytes(path);
    Random random(20, 0, hash_text(ending), "damage");
    for (int round = 0; round < rounds; ++round) {
      Bytes changed = whole;
      for (std::uint64_t k = random.below(4) + 1; k > 0; --k) {
        changed[random.below(std::min<std::size_t>(changed.size(), 700))] = static_cast<std::byte>(random.below(256));
      }
      std::ofstream(path, std::ios::binary)
          .write(reinterpret_cast<const char*>(changed.data()), static_cast<std::streamsize>(changed.size()));
      try {
        const Volume volume = read_volume(path, limits);
        ASSERT_EQ(volume.voxels.size(), static_cast<std::size_t>(volume.value_count()) * size_of(volume.type));
        ++read;
      } catch (const Error&) {
        ++refused;
      }
    }
  }
  EXPECT_GT(read, 100);
  EXPECT_GT(refused, 100);
}

/// A NIfTI-1 file of 3 x 4 x 5 values of i16 with bytes altered by `change`.
Bytes nifti_with(const TemporaryFolder& folder, const auto& change) {
  write_volume(varied(oblique(), Scalar::i16), folder.path() / "base.nii");
  Bytes bytes = read_bytes(folder.path() / "base.nii");
  change(bytes);
  return bytes;
}

TEST(Damage, AHeaderThatPromisesMoreThanTheFileHoldsIsRefusedBeforeMemoryIsTaken) {
  const TemporaryFolder folder;
  const Bytes bytes = nifti_with(folder, [](Bytes& b) {
    const std::array<std::int16_t, 4> dim = {3, 1200, 1200, 1200};
    std::memcpy(&b[40], dim.data(), sizeof dim);
  });
  write_file(folder.path() / "a.nii", bytes);
  EXPECT_THAT(refusal(folder.path() / "a.nii"), HasSubstr("is truncated"));
  write_file(folder.path() / "a.nii.gz", gzip(bytes));
  EXPECT_THAT(refusal(folder.path() / "a.nii.gz"), HasSubstr("is truncated"));
}

TEST(Damage, AGzipBombIsRefusedByWhatItsHeaderSays) {
  const TemporaryFolder folder;
  const Bytes bytes = nifti_with(folder, [](Bytes& b) { b.resize(b.size() + (1 << 26)); });
  write_file(folder.path() / "bomb.nii.gz", gzip(bytes));
  EXPECT_THAT(refusal(folder.path() / "bomb.nii.gz"), HasSubstr("unpacks to more than its header says"));
}

TEST(Damage, BytesAfterTheVoxelsAreSaid) {
  const TemporaryFolder folder;
  write_file(folder.path() / "a.nii", nifti_with(folder, [](Bytes& b) { b.resize(b.size() + 10); }));
  EXPECT_THAT(read_volume(folder.path() / "a.nii").remarks, testing::Contains(HasSubstr("10 more bytes")));
}

TEST(Limits, OfBytesAndElementsHold) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "a.nii.gz";
  write_volume(varied(oblique(), Scalar::i16), path);
  EXPECT_THAT(refusal(path, {.max_bytes = 50}), HasSubstr("is too large"));
  EXPECT_THAT(refusal(path, {.max_elements = 59}), HasSubstr("more voxels than the limit"));
  EXPECT_EQ(read_volume(path, {.max_elements = 60}).value_count(), 60);
}

TEST(DetachedHeaders, DoNotLeadOutOfTheirFolder) {
  const TemporaryFolder folder;
  const fs::path inner = folder.path() / "inner";
  fs::create_directory(inner);
  write_file(folder.path() / "secret.raw", std::string(60, 'x'));
  for (const std::string& name :
       {std::string("../secret.raw"), (folder.path() / "secret.raw").string(), std::string(5000, 'x')}) {
    write_file(inner / "a.nhdr",
               "NRRD0004\ntype: uchar\ndimension: 3\nsizes: 3 4 5\nencoding: raw\ndata file: " + name);
    EXPECT_THAT(refusal(inner / "a.nhdr"), HasSubstr("outside its folder"));
    write_file(inner / "a.mhd", "NDims = 3\nDimSize = 3 4 5\nElementType = MET_UCHAR\nElementDataFile = " + name);
    EXPECT_THAT(refusal(inner / "a.mhd"), HasSubstr("outside its folder"));
  }
}

TEST(Nrrd, TakesTheUnitsOfItsAxes) {
  const TemporaryFolder folder;
  write_file(folder.path() / "a.nrrd",
             "NRRD0004\ntype: uchar\ndimension: 3\nsizes: 2 1 1\nspacings: 500 500 2000\nunits: \"um\" \"um\" "
             "\"um\"\nencoding: ascii\n\n7 8\n");
  const VolumeInfo info = inspect_volume(folder.path() / "a.nrrd");
  EXPECT_THAT(info.grid.spacing_mm, testing::ElementsAre(0.5, 0.5, 2));
  EXPECT_THAT(info.remarks, testing::Contains(HasSubstr("lengths in um were turned into millimetres")));
  write_file(folder.path() / "b.nrrd",
             "NRRD0004\ntype: uchar\ndimension: 3\nspace: LPS\nsizes: 2 1 1\nspacings: 500 500 2000\nunits: \"um\" "
             "\"um\" \"um\"\nspace units: \"um\" \"um\" \"um\"\nencoding: ascii\n\n7 8\n");
  EXPECT_THAT(inspect_volume(folder.path() / "b.nrrd").grid.spacing_mm, testing::ElementsAre(0.5, 0.5, 2));
}

std::vector<double> read_text_volume(const TemporaryFolder& folder, const std::string& text) {
  write_file(folder.path() / "t.txt", text);
  return read_volume(folder.path() / "t.txt").as_f64();
}

TEST(Nrrd, ComponentsAtTheEndAreBroughtToEachVoxel) {
  const TemporaryFolder folder;
  const std::string head = "NRRD0005\ntype: uchar\ndimension: 4\nencoding: raw\n";
  EXPECT_THAT(read_text_volume(folder, head + "sizes: 2 1 1 3\nkinds: domain domain domain vector\n\n" +
                                           std::string("\1\2\3\4\5\6")),
              testing::ElementsAre(1, 3, 5, 2, 4, 6));
  EXPECT_THAT(read_text_volume(folder, head + "sizes: 3 2 1 1\nkinds: vector domain domain domain\n\n" +
                                           std::string("\1\2\3\4\5\6")),
              testing::ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(Nrrd, AxisMinimaGiveTheOriginByCentring) {
  const TemporaryFolder folder;
  write_file(folder.path() / "a.nrrd",
             "NRRD0002\ntype: uchar\ndimension: 2\nsizes: 2 1\naxis mins: 10 20\naxis maxs: 14 21\ncenters: cell node\n"
             "spacings: nan 3\nencoding: ascii\n\n7 8\n");
  const Volume volume = read_volume(folder.path() / "a.nrrd");
  EXPECT_EQ(volume.grid.spacing_mm, (Vec3{2, 3, 1}));
  EXPECT_EQ(volume.grid.origin_mm, (Vec3{11, 20, 0}));
}

TEST(Nifti, LengthsInOtherUnitsBecomeMillimetresAndAreSaid) {
  const TemporaryFolder folder;
  constexpr std::byte microns_and_milliseconds{3 + 16};
  write_file(folder.path() / "a.nii", nifti_with(folder, [&](Bytes& b) { b[123] = microns_and_milliseconds; }));
  const Volume volume = read_volume(folder.path() / "a.nii");
  EXPECT_NEAR(volume.grid.spacing_mm[2], 0.0025, 1e-9);
  EXPECT_THAT(volume.remarks, testing::Contains(HasSubstr("millimetres")));
}

TEST(Nifti, ASpacingOfZeroIsRefusedWherePixdimAloneGivesTheSize) {
  const TemporaryFolder folder;
  const auto refusal_with = [&](std::int16_t qform_code, std::int16_t sform_code) {
    write_file(folder.path() / "a.nii", nifti_with(folder, [&](Bytes& b) {
                 const float zero = 0;
                 std::memcpy(&b[84], &zero, sizeof zero);  // pixdim[2]
                 std::memcpy(&b[252], &qform_code, sizeof qform_code);
                 std::memcpy(&b[254], &sform_code, sizeof sform_code);
               }));
    return refusal(folder.path() / "a.nii");
  };
  EXPECT_THAT(refusal_with(0, 0), HasSubstr("pixdim[2] is 0"));
  EXPECT_THAT(refusal_with(1, 0), HasSubstr("write the spacing in mm"));
  EXPECT_EQ(refusal_with(1, 1), "no error");  // the sform says where every voxel is
}

TEST(Nifti, FormsThatDisagreeAreSaid) {
  const TemporaryFolder folder;
  const auto remarks_with = [&](float moved_mm, float quatern_b_more = 0) {
    write_file(folder.path() / "a.nii", nifti_with(folder, [&](Bytes& b) {
                 const auto add = [&](std::size_t at, float more) {
                   float value = 0;
                   std::memcpy(&value, &b[at], sizeof value);
                   value += more;
                   std::memcpy(&b[at], &value, sizeof value);
                 };
                 add(256, quatern_b_more);
                 add(276, moved_mm);  // qoffset_z
                 const std::int16_t code = 2;
                 std::memcpy(&b[254], &code, sizeof code);  // sform_code
               }));
    return read_volume(folder.path() / "a.nii").remarks;
  };
  EXPECT_THAT(remarks_with(0), testing::IsEmpty());
  EXPECT_THAT(remarks_with(0.3f), testing::IsEmpty());  // less than half of any spacing
  EXPECT_THAT(remarks_with(25), testing::ElementsAre(testing::AllOf(
                                    HasSubstr("sform (code 2) and qform (code 1) put a corner"),
                                    HasSubstr("voxels apart: the sform was used; other programs may use the qform"))));
  EXPECT_THAT(remarks_with(25, 10), testing::IsEmpty());  // not a rotation: no reader uses it
}

TEST(Analyze, AMatrixFileBesideItIsSaidToBeLeft) {
  const TemporaryFolder folder;
  Bytes bytes = nifti_with(folder, [](Bytes& b) { std::fill_n(b.begin() + 344, 4, std::byte{0}); });
  write_file(folder.path() / "a.hdr", std::span(bytes).first(348));
  write_file(folder.path() / "a.img", std::string(352 + 120, 'x'));
  EXPECT_EQ(read_volume(folder.path() / "a.img").remarks.size(), 1u);
  write_file(folder.path() / "a.mat", "x");
  EXPECT_THAT(read_volume(folder.path() / "a.hdr").remarks, testing::Contains(HasSubstr("a.mat")));
}

TEST(Inspect, TellsShapeAndAffine) {
  const TemporaryFolder folder;
  Volume source = varied(Grid{}, Scalar::u8, 3, 2);
  source.grid.size = {1, 1, 1};
  source.grid.spacing_mm = {2, 3, 4};
  source.grid.origin_mm = {5, 0, 7};
  write_volume(source, folder.path() / "a.nrrd");
  const VolumeInfo info = inspect_volume(folder.path() / "a.nrrd");
  EXPECT_EQ(info.shape(), "1x1x1, 2 frames, 3 components");
  EXPECT_EQ(info.affine_ras(), "-2 0 0 -5\n0 -3 0 0\n0 0 4 7\n0 0 0 1");
}

}  // namespace
}  // namespace galen
