/* dlopen_plugin OUT PLUGIN: lets a plugin write 10 bytes, once. */
#include <dlfcn.h>
#include "guest.h"

int main(int argc, char** argv) {
  CHECK(argc == 3);
  int fd = open_output(argv[1]);
  void* plugin = dlopen(argv[2], RTLD_NOW | RTLD_LOCAL);
  CHECK(plugin != NULL);
  long (*plugin_write)(int, const char*, unsigned long) = dlsym(plugin, "plugin_write");
  CHECK(plugin_write != NULL);
  CHECK(plugin_write(fd, "0123456789", 10) > 0);
  return 0;
}
