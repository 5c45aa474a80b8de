// The matrix of who survives what, in several formats. Pure.
#pragma once

#include <string>
#include <vector>

#include "harness/campaign/compare.h"

namespace shortwrite {

struct ComparedColumn {
  std::string name;
  std::string command;  // quoted for a shell
  std::string sink;
  int exit = 0;  // status of this target alone
  ComparedTarget result;
};

struct Matrix {
  std::vector<ComparedColumn> columns;
  int exit = 0;
};

// "survived", a verdict, "-" (not legal here), "no such call", "flaky", "inconclusive".
std::string CellText(const ComparedCell& cell);

std::string MatrixText(const Matrix& matrix);
std::string MatrixMarkdown(const Matrix& matrix);
// RFC 4180; the first row has the names.
std::string MatrixCsv(const Matrix& matrix);
// One page, which loads nothing and runs nothing.
std::string MatrixHtml(const Matrix& matrix);
// One line without its newline.
std::string MatrixJson(const Matrix& matrix);

}  // namespace shortwrite
