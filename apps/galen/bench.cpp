#include "apps/galen/command.h"
#include "bench/engine_benchmark.h"

namespace galen::app {

void add_bench(CLI::App& program, Context& context) {
  struct Arguments {
    bench::EngineBenchmark options;
    std::string precision = "f32";
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      add_command(program, context, "bench", "Time a 3D U-Net in Galen and in plain OpenVINO, in turns",
                  "  galen bench\n  galen bench --rounds 11 --precision bf16 --json", [&context, arguments] {
                    arguments->options.threads = context.threads;
                    arguments->options.precision = precision_named(arguments->precision);
                    const auto result = bench::run_engine_benchmark(arguments->options, context.progress());
                    context.print(bench::to_text(result));
                    context.print(bench::to_json(result));
                  });
  command->add_option("--extent", arguments->options.extent, "Voxels along each axis, a multiple of 32")
      ->capture_default_str();
  command->add_option("--rounds", arguments->options.rounds, "Counted runs of each side")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--precision", arguments->precision, "f32, bf16 or f16")
      ->check(CLI::IsMember({"f32", "bf16", "f16"}));
}

}  // namespace galen::app
