// Copies a file: my_copy FROM TO.
#include <fstream>
#include <iterator>
#include <string>

#include "my_writer.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  std::ifstream from(argv[1], std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(from), std::istreambuf_iterator<char>()};
  return from && WriteFile(argv[2], bytes) ? 0 : 1;
}
