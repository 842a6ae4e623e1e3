#include "apps/galen/demo.h"

#include <fmt/format.h>

#include "galen/base/threads.h"

namespace galen::app {
namespace {

void demo(Context& context, const DemoArguments& arguments) {
  StagedFolder output(arguments.output, arguments.force);
  const Json sides = demo_brain(context, arguments, output.path());
  const Json ecg = demo_ecg(context, arguments, output.path() / "ecg");
  output.commit();
  context.print(fmt::format("reports: {0}/report.html and {0}/ecg/report.html", arguments.output));
  context.print(Json{{"output", arguments.output}, {"sides", sides}, {"ecg", ecg}, {"processor", processor()}});
}

}  // namespace

void add_demo(CLI::App& program, Context& context) {
  const auto arguments = std::make_shared<DemoArguments>();
  CLI::App* command = add_command(
      program, context, "demo", "Segment both hippocampi of a real brain, read five minutes of a real ECG",
      "  galen demo\n  galen demo -o demo --force --json", [&context, arguments] { demo(context, *arguments); });
  command->add_option("-o,--output", arguments->output, "Folder for the reports, masks, beats and findings");
  command->add_option("--bundle", arguments->brain_bundle, "Bundle for the brain image");
  command->add_option("--templates", arguments->templates,
                      "Folder with ch2.nii.gz and aal.nii.gz (Debian: mricron-data)");
  command->add_option("--ecg-bundle", arguments->ecg_bundle, "Bundle for the ECG");
  command->add_option("--recording", arguments->recording, "The ECG");
  command->add_flag("--force", arguments->force, "Replace what is at the output");
}

}  // namespace galen::app
