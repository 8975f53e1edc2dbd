/* Makes the hub's disk fail while a test says so. Preloaded: LD_PRELOAD=disk_faults.so, with the folder that
 * the test controls it by in JAMBOREE_FAULTS. What counts is whether these files are there:
 *
 *   full       writes to files end as on a full disk: half is written, and ENOSPC at the end
 *   sync       fdatasync and fsync end with EIO; with text in it, those of paths that contain the text
 *   sync-once  the same, for one sync: the file is removed by it
 *
 * Each sync is noted in `syncs`, a line of "ok" or "failed", the file's size, and its path: so a test can take
 * away what was never synced, and see that a file whose sync failed is never synced again.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Opens a file of the control folder; -1 if it is not there. */
static int control(const char *name, int flags) {
  const char *folder = getenv("JAMBOREE_FAULTS");
  char path[PATH_MAX];
  if (folder == NULL) return -1;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return open(path, flags | O_CLOEXEC, 0600);
}

static int is_full(int fd) {
  struct stat info;
  int flag;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return 0;
  if ((flag = control("full", O_RDONLY)) < 0) return 0;
  close(flag);
  return 1;
}

static ssize_t write_some(int fd, const void *bytes, size_t count, off_t offset) {
  static ssize_t (*real)(int, const void *, size_t, off_t);
  int before = errno;
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "pwrite");
  if (is_full(fd)) {
    if (count < 2) {
      errno = ENOSPC;
      return -1;
    }
    count /= 2;
  }
  errno = before;
  return real(fd, bytes, count, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
  return write_some(fd, bytes, count, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t offset) {
  return write_some(fd, bytes, count, offset);
}

/* Whether the file `name` is there and means this path. */
static int is_meant(const char *name, const char *path) {
  char wanted[256];
  ssize_t count;
  int flag = control(name, O_RDONLY);
  if (flag < 0) return 0;
  count = read(flag, wanted, sizeof wanted - 1);
  close(flag);
  wanted[count > 0 ? count : 0] = 0;
  return strstr(path, wanted) != NULL;
}

static int fails(const char *path) {
  char once[PATH_MAX];
  if (is_meant("sync", path)) return 1;
  if (!is_meant("sync-once", path)) return 0;
  snprintf(once, sizeof once, "%s/sync-once", getenv("JAMBOREE_FAULTS"));
  return unlink(once) == 0; /* of several threads one */
}

static int sync_file(int fd, int (*real)(int)) {
  char link[64], path[PATH_MAX], line[PATH_MAX + 64];
  struct stat info = {0};
  ssize_t count;
  int result, code, notes;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  count = readlink(link, path, sizeof path - 1);
  path[count > 0 ? count : 0] = 0;
  /* Before the sync: what comes while it runs need not be in it. */
  fstat(fd, &info);
  if (fails(path)) {
    result = -1;
    errno = EIO;
  } else {
    result = real(fd);
  }
  code = errno;
  if ((notes = control("syncs", O_WRONLY | O_CREAT | O_APPEND)) >= 0) {
    int length = snprintf(line, sizeof line, "%s %lld %s\n", result == 0 ? "ok" : "failed",
                          (long long)info.st_size, path);
    if (write(notes, line, length) != length) abort(); /* without its notes the test would prove nothing */
    close(notes);
  }
  errno = code;
  return result;
}

int fdatasync(int fd) {
  static int (*real)(int);
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "fdatasync");
  return sync_file(fd, real);
}

int fsync(int fd) {
  static int (*real)(int);
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "fsync");
  return sync_file(fd, real);
}
