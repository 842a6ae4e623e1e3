#pragma once
#include <string_view>

namespace galen {

/// RFC 3629, section 4: no surrogates, no overlong forms.
bool is_utf8(std::string_view text);

}  // namespace galen
