#pragma once
// The files of web/, embedded at build time (cmake/embed.cmake).
#include <string_view>

namespace galen::web {

std::string_view report_css();
std::string_view report_js();

}  // namespace galen::web
