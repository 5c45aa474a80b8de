#include "harness/report/fault_letter.h"

#include <algorithm>
#include <array>
#include <cerrno>

namespace shortwrite {
namespace {

struct Row {
  char letter;
  std::string_view fault;
  int error;  // as which it is answered; 0: it is no error
  std::string_view meaning;
};

constexpr char kOther = 'E';
constexpr std::array<Row, 11> kRows = {{{'S', "short", 0, "short write"},
                                        {'C', "cap", 0, "cap"},
                                        {'A', "eagain", EAGAIN, "EAGAIN"},
                                        {'I', "eintr", EINTR, "EINTR"},
                                        {'Z', "zero", 0, "nothing accepted"},
                                        {'N', "enospc", ENOSPC, "ENOSPC"},
                                        {'Q', "edquot", EDQUOT, "EDQUOT"},
                                        {'O', "eio", EIO, "EIO"},
                                        {'F', "efbig", EFBIG, "EFBIG"},
                                        {'P', "epipe", EPIPE, "EPIPE"},
                                        {kOther, "", 0, "another error"}}};
static_assert(kRows.size() == kFaultLetters.size());

template <typename Holds>
char LetterWhere(Holds holds) {
  const auto row = std::find_if(kRows.begin(), kRows.end(), holds);
  return row == kRows.end() ? kOther : row->letter;
}

}  // namespace

char FaultLetter(std::string_view fault) {
  if (fault.empty()) return 0;
  return LetterWhere([&](const Row& row) { return row.fault == fault; });
}

char ErrorLetter(int error) {
  if (error == 0) return 0;
  return LetterWhere([&](const Row& row) { return row.error == error; });
}

std::string_view LetterMeaning(char letter) {
  const auto row =
      std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.letter == letter; });
  return row == kRows.end() ? std::string_view() : row->meaning;
}

}  // namespace shortwrite
