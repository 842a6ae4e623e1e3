#pragma once
// The frame of every page that Galen writes: one file that fetches nothing, light and dark, printable.
#include <string>
#include <string_view>

namespace galen {

/// Escapes text for HTML, between tags and in quoted attributes.
std::string escape_html(std::string_view text);

/// A whole document. body is HTML, placed in <main>; script is our own JavaScript, run after report.js. The page's
/// content security policy allows no other scripts, no inline event handlers and no fetching.
std::string html_page(std::string_view title, std::string_view body, std::string_view script = {});

}  // namespace galen
