/* fork_family OUT HOW: a child made in the given way writes 10 bytes to OUT, then the parent does.
 * fork_family OUT child: is that child. */
#include <spawn.h>
#include <sys/wait.h>
#include "guest.h"

extern char** environ;

static const char* self;
static const char* out;

static void await(pid_t child) {
  int status;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static char* const* child_arguments(void) {
  static char* arguments[4];
  arguments[0] = (char*)self;
  arguments[1] = (char*)out;
  arguments[2] = "child";
  return arguments;
}

static void run(const char* how) {
  char command[8192];
  snprintf(command, sizeof(command), "%s %s child", self, out);
  pid_t child;
  if (strcmp(how, "fork") == 0) {
    child = fork();
    if (child == 0) {
      write_fully(open_output(out), "child 89\n", 9);
      _exit(0);
    }
    await(child);
  } else if (strcmp(how, "vfork") == 0) {
    child = vfork();
    if (child == 0) {
      execv(self, child_arguments());
      _exit(1);
    }
    await(child);
  } else if (strcmp(how, "posix_spawn") == 0) {
    CHECK(posix_spawn(&child, self, NULL, NULL, child_arguments(), environ) == 0);
    await(child);
  } else if (strcmp(how, "posix_spawnp") == 0) {
    CHECK(posix_spawnp(&child, self, NULL, NULL, child_arguments(), environ) == 0);
    await(child);
  } else if (strcmp(how, "system") == 0) {
    CHECK(system(command) == 0);
  } else {
    FILE* pipe = popen(command, "r");
    CHECK(strcmp(how, "popen") == 0 && pipe != NULL && pclose(pipe) == 0);
  }
}

int main(int argc, char** argv) {
  CHECK(argc == 3);
  self = argv[0];
  out = argv[1];
  if (strcmp(argv[2], "child") == 0) {
    write_fully(open_output(out), "child 89\n", 9);
    return 0;
  }
  run(argv[2]);
  write_fully(open_output(out), "parent 9\n", 9);
  return 0;
}
