// Faults and errors by one letter, for pictures. Pure.
#pragma once

#include <string_view>

namespace shortwrite {

inline constexpr std::string_view kFaultLetters = "SCAIZNQOFPE";

// Of a fault as a schedule names it; 'E' for one that has no letter of its own, 0 for "".
char FaultLetter(std::string_view fault);
// Of an errno; 0: no error.
char ErrorLetter(int error);
// "EAGAIN", for people.
std::string_view LetterMeaning(char letter);

}  // namespace shortwrite
