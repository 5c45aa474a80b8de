/* exec_scrubbed OUT HOW: replaces itself, with an environment that knows nothing of us, by
 * exec_scrubbed OUT child MARK, which writes 10 bytes to OUT and finds MARK=kept if it is "mark".
 */
#include "guest.h"

extern char** environ;

int main(int argc, char** argv) {
  CHECK(argc >= 3);
  char* const kept[] = {"MARK=kept", NULL};
  char* const nothing[] = {NULL};
  char* const marked[] = {argv[0], argv[1], "child", "mark", NULL};
  char* const plain[] = {argv[0], argv[1], "child", "plain", NULL};
  const char* how = argv[2];
  if (strcmp(how, "child") == 0) {
    const char* mark = getenv("MARK");
    if (strcmp(argv[3], "mark") == 0) CHECK(mark != NULL && strcmp(mark, "kept") == 0);
    write_fully(open_output(argv[1]), "0123456789", 10);
    return 0;
  }
  if (strcmp(how, "execve") == 0) execve(argv[0], marked, kept);
  if (strcmp(how, "empty") == 0) execve(argv[0], plain, nothing);
  if (strcmp(how, "environ") == 0) {
    environ = (char**)nothing;
    execv(argv[0], plain);
  }
  if (strcmp(how, "execvp") == 0) {
    environ = (char**)kept;
    execvp(argv[0], marked);
  }
  if (strcmp(how, "execvpe") == 0) execvpe(argv[0], marked, kept);
  if (strcmp(how, "fexecve") == 0) fexecve(open(argv[0], O_RDONLY | O_CLOEXEC), marked, kept);
  if (strcmp(how, "preload") == 0) {
    /* The program's own list of libraries stays in force behind ours. */
    char* const own[] = {"MARK=kept", "LD_PRELOAD=", NULL};
    execve(argv[0], marked, own);
  }
  if (strcmp(how, "clearenv") == 0) {
    clearenv();
    execv(argv[0], plain);
  }
  if (strcmp(how, "execle") == 0) {
    execle(argv[0], argv[0], argv[1], "child", "mark", (char*)NULL, kept);
  }
  if (strcmp(how, "execl") == 0) {
    environ = (char**)kept;
    execl(argv[0], argv[0], argv[1], "child", "mark", (char*)NULL);
  }
  if (strcmp(how, "execlp") == 0) {
    environ = (char**)kept;
    execlp(argv[0], argv[0], argv[1], "child", "mark", (char*)NULL);
  }
  return 98;
}
