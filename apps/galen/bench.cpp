#include <memory>

#include "apps/galen/command.h"
#include "bench/engine_benchmark.h"

namespace galen::app {

void add_bench(CLI::App& program, Context& context) {
  const auto options = std::make_shared<bench::EngineBenchmark>();
  const auto precision = std::make_shared<std::string>(name_of(options->precision));
  CLI::App* command =
      add_command(program, context, "bench", "Time the engine beside OpenVINO's bare API, on a 3D U-Net",
                  "  galen bench\n  galen bench --extent 64 --rounds 3 --json", [&context, options, precision] {
                    options->threads = context.threads;
                    options->precision = precision_named(*precision);
                    const auto result = bench::run_engine_benchmark(*options, context.progress());
                    context.print(bench::to_text(result));
                    context.print(bench::to_json(result));
                  });
  command->add_option("--extent", options->extent, "Extent of the image per axis, a multiple of 32")
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--rounds", options->rounds, "How often each side runs")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--precision", *precision, "auto, f32, bf16 or f16")->capture_default_str()->type_name("WORD");
}

}  // namespace galen::app
