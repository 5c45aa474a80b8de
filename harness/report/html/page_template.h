// report.html.mustache, as CMake puts it into the program.
#pragma once

namespace shortwrite {

extern const char* const kPageTemplate;

}  // namespace shortwrite
