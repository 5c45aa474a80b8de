/* The sequences of random() and rand() are the same with writes in between as without. */
#include "guest.h"

int main(int argc, char** argv) {
  CHECK(argc == 2);
  int fd = open_output(argv[1]);
  long expected_random[50];
  int expected_rand[50];
  srandom(42);
  for (int i = 0; i < 50; i++) expected_random[i] = random();
  srand(43);
  for (int i = 0; i < 50; i++) expected_rand[i] = rand();
  srandom(42);
  for (int i = 0; i < 50; i++) {
    CHECK(write(fd, "0123456789", 10) > 0);
    CHECK(random() == expected_random[i]);
  }
  srand(43);
  for (int i = 0; i < 50; i++) {
    CHECK(write(fd, "0123456789", 10) > 0);
    CHECK(rand() == expected_rand[i]);
  }
  return 0;
}
