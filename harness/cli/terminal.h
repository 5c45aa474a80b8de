// What we write to, if people sit before it.
#pragma once

#include <cstddef>

#include "harness/report/style.h"

namespace shortwrite {

bool IsTerminal(int fd);
// A terminal on which a line can be erased: not TERM=dumb.
bool IsCapableTerminal(int fd);
// As it is now, for it may be resized at any time; 0 where nothing says how wide it is.
size_t TerminalColumns(int fd);

// How text that goes to fd looks. What is no terminal gets no line breaks of ours: scripts read it.
Style StyleFor(int fd, ColourWish wish);

}  // namespace shortwrite
