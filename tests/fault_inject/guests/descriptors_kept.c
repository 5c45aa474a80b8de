/* The only open descriptors are the standard three and those that the guest opens, at the start,
 * between writes and at the end. */
#include <dirent.h>
#include "guest.h"

/* Number of open descriptors but for the one that counts them; fails on one that nobody knows. */
static int count_descriptors(int highest) {
  DIR* directory = opendir("/proc/self/fd");
  CHECK(directory != NULL);
  int count = 0;
  for (struct dirent* entry; (entry = readdir(directory)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    int fd = atoi(entry->d_name);
    if (fd == dirfd(directory)) continue;
    CHECK(fd <= highest);
    count++;
  }
  closedir(directory);
  return count;
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  CHECK(count_descriptors(2) == 3);
  int fd = open_output(argv[1]);
  CHECK(fd == 3);
  for (int i = 0; i < 20; i++) {
    CHECK(write(fd, "0123456789", 10) > 0);
    CHECK(count_descriptors(3) == 4);
  }
  CHECK(close(fd) == 0);
  CHECK(count_descriptors(2) == 3);
  return 0;
}
