// main() of a test program that shortwrite_add_gtest() registers; compiled in the project that uses
// it, which alone knows where the library lies.
#include <shortwrite/main.h>

int main(int argc, char** argv) {
  return shortwrite::inprocess::RunAllTests(argc, argv, SHORTWRITE_PRELOAD_LIBRARY);
}
