/*
 * An LD_PRELOAD layer that writes down what one process does to the files below a folder, and every AT+CMGD it sends over TCP, in one
 * total order. disk.ts replays the log and tells what a disk may hold after a power cut.
 *
 *   DISK_LOG_ROOT  absolute path of the watched folder, without a slash at its end
 *   DISK_LOG_FILE  the log
 *   DISK_LOG_LIE   for files whose names end so, fsync reports success, does nothing and is not written down (a disk that lies)
 *
 * One lock makes operation and record one step, so that the order of the records is the order of the operations. A write is written
 * down before it is done, an fsync after it has returned; an fsync names the number of records that existed when it began, for it
 * vouches for no later ones. An operation that is not modelled is written down as such, and the replay refuses the log.
 * Not seen: system calls that bypass libc (io_uring; libuv closes files so, which is why files are recognised by inode), and stores
 * into mapped memory: SQLite maps its -shm file, whose content it never trusts after a crash.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum op { OPEN = 1, WRITE, TRUNCATE, SYNC, RENAME, UNLINK, MKDIR, AT, UNMODELLED };

/* The head of a record; `name` and `data` follow. Mirrored in disk-log.ts. */
struct head {
  uint32_t op, name_length, data_length, handle;
  int64_t number; /* offset, size, flags, or how many records an fsync vouches for */
  uint64_t nanoseconds;
};

#define MAX_FD 65536
#define MAX_PATH 4096
#define MAX_PIECES 64

/* Watched files by descriptor; handle 0 is none. */
static struct { uint32_t handle; int lies; dev_t device; ino_t inode; } watched[MAX_FD];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[MAX_PATH], lying[MAX_PATH];
static int log_fd = -1;
static uint32_t handles;
static uint64_t records;

#define REAL(name) \
  static __typeof__(&name) real; \
  if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static ssize_t raw_writev(int fd, const struct iovec *pieces, int count) {
  REAL(writev);
  return real(fd, pieces, count);
}

static int raw_open(const char *path, int flags, mode_t mode) {
  REAL(open);
  return real(path, flags, mode);
}

__attribute__((constructor)) static void begin(void) {
  const char *folder = getenv("DISK_LOG_ROOT"), *file = getenv("DISK_LOG_FILE"), *lie = getenv("DISK_LOG_LIE");
  if (!folder || !file) return;
  snprintf(root, sizeof root, "%s", folder);
  snprintf(lying, sizeof lying, "%s", lie ? lie : "");
  log_fd = raw_open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log_fd < 0) abort();
  /* A child would number its records anew. */
  unsetenv("LD_PRELOAD");
}

/* With the lock held. A log that cannot be written proves nothing: the process ends. */
static void record(enum op op, uint32_t handle, int64_t number, const char *name, size_t name_length,
                   const struct iovec *data, int count) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  struct iovec pieces[MAX_PIECES + 2];
  size_t length = 0;
  if (count > MAX_PIECES) abort();
  for (int i = 0; i < count; i++) {
    pieces[i + 2] = data[i];
    length += data[i].iov_len;
  }
  struct head head = {op, name_length, length, handle, number, now.tv_sec * 1000000000ull + now.tv_nsec};
  pieces[0] = (struct iovec){&head, sizeof head};
  pieces[1] = (struct iovec){(void *)name, name_length};
  if (raw_writev(log_fd, pieces, count + 2) != (ssize_t)(sizeof head + name_length + length)) abort();
  records++;
}

static void record_name(enum op op, uint32_t handle, int64_t number, const char *name) {
  record(op, handle, number, name, strlen(name), NULL, 0);
}

/* The absolute form of `path` if it is the watched folder or lies below it, else NULL. */
static const char *below(int folder, const char *path, char *buffer) {
  if (log_fd < 0 || !path) return NULL;
  if (*path != '/') {
    char base[MAX_PATH], link[64];
    ssize_t length;
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    length = readlink(folder == AT_FDCWD ? "/proc/self/cwd" : link, base, sizeof base - 1);
    if (length < 0) return NULL;
    base[length] = 0;
    if (snprintf(buffer, MAX_PATH, "%s/%s", base, path) >= MAX_PATH) return NULL;
    path = buffer;
  }
  size_t length = strlen(root);
  return strncmp(path, root, length) == 0 && (path[length] == 0 || path[length] == '/') ? path : NULL;
}

static uint32_t handle_of(int fd) {
  struct stat now;
  if (log_fd < 0 || fd < 0 || fd >= MAX_FD || watched[fd].handle == 0) return 0;
  if (fstat(fd, &now) == 0 && now.st_ino == watched[fd].inode && now.st_dev == watched[fd].device) return watched[fd].handle;
  return watched[fd].handle = 0;
}

static void refuse(int fd, const char *what) {
  int saved = errno;
  if (handle_of(fd)) {
    pthread_mutex_lock(&lock);
    record_name(UNMODELLED, 0, 0, what);
    pthread_mutex_unlock(&lock);
  }
  errno = saved;
}

static void refuse_path(const char *path, const char *what) {
  char buffer[MAX_PATH];
  if (!below(AT_FDCWD, path, buffer)) return;
  pthread_mutex_lock(&lock);
  record_name(UNMODELLED, 0, 0, what);
  pthread_mutex_unlock(&lock);
}

static int ends_with(const char *text, const char *end) {
  size_t length = strlen(text), wanted = strlen(end);
  return wanted > 0 && length >= wanted && strcmp(text + length - wanted, end) == 0;
}

/* ---- names ---- */

static int watch(const char *path, int flags, int fd) {
  struct stat now;
  if (fd < 0) return fd;
  if (fd >= MAX_FD || fstat(fd, &now) != 0) abort();
  watched[fd].handle = ++handles;
  watched[fd].lies = ends_with(path, lying);
  watched[fd].device = now.st_dev;
  watched[fd].inode = now.st_ino;
  record_name(OPEN, handles, (flags & O_CREAT ? 1 : 0) | (flags & O_TRUNC ? 2 : 0), path);
  return fd;
}

#define OPENING(name, folder, parameters, arguments) \
  int name parameters { \
    char buffer[MAX_PATH]; \
    mode_t mode = 0; \
    if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE) { \
      va_list rest; \
      va_start(rest, flags); \
      mode = va_arg(rest, mode_t); \
      va_end(rest); \
    } \
    REAL(name); \
    const char *absolute = below(folder, path, buffer); \
    if (!absolute) return real arguments; \
    pthread_mutex_lock(&lock); \
    int fd = watch(absolute, flags, real arguments); \
    int saved = errno; \
    pthread_mutex_unlock(&lock); \
    errno = saved; \
    return fd; \
  }

OPENING(open, AT_FDCWD, (const char *path, int flags, ...), (path, flags, mode))
OPENING(open64, AT_FDCWD, (const char *path, int flags, ...), (path, flags, mode))
OPENING(openat, at, (int at, const char *path, int flags, ...), (at, path, flags, mode))
OPENING(openat64, at, (int at, const char *path, int flags, ...), (at, path, flags, mode))

/* What glibc's headers make of open without a mode. */
int __open_2(const char *path, int flags) { return open(path, flags); }
int __open64_2(const char *path, int flags) { return open64(path, flags); }
int creat(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return open64(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

#define NAMING(name, op, folder, parameters, arguments) \
  int name parameters { \
    char buffer[MAX_PATH]; \
    REAL(name); \
    const char *absolute = below(folder, path, buffer); \
    if (!absolute) return real arguments; \
    pthread_mutex_lock(&lock); \
    int result = real arguments, saved = errno; \
    if (result == 0) record_name(op, 0, 0, absolute); \
    pthread_mutex_unlock(&lock); \
    errno = saved; \
    return result; \
  }

NAMING(unlink, UNLINK, AT_FDCWD, (const char *path), (path))
NAMING(unlinkat, UNLINK, at, (int at, const char *path, int flags), (at, path, flags))
NAMING(remove, UNLINK, AT_FDCWD, (const char *path), (path))
NAMING(rmdir, UNLINK, AT_FDCWD, (const char *path), (path))
NAMING(mkdir, MKDIR, AT_FDCWD, (const char *path, mode_t mode), (path, mode))
NAMING(mkdirat, MKDIR, at, (int at, const char *path, mode_t mode), (at, path, mode))

int renameat(int from_at, const char *from, int to_at, const char *to) {
  char first[MAX_PATH], second[MAX_PATH];
  REAL(renameat);
  const char *source = below(from_at, from, first), *target = below(to_at, to, second);
  if (!source && !target) return real(from_at, from, to_at, to);
  pthread_mutex_lock(&lock);
  int result = real(from_at, from, to_at, to), saved = errno;
  if (result == 0) {
    char both[2 * MAX_PATH];
    int length = snprintf(both, sizeof both, "%s%c%s", source ? source : "", 0, target ? target : "");
    record(RENAME, 0, 0, both, length, NULL, 0);
  }
  pthread_mutex_unlock(&lock);
  errno = saved;
  return result;
}

int rename(const char *from, const char *to) { return renameat(AT_FDCWD, from, AT_FDCWD, to); }

/* ---- bytes ---- */

/* The deletion of a message, if that is what these bytes ask of a modem. */
static void trace(int fd, const struct iovec *pieces, int count) {
  static const char wanted[] = "AT+CMGD";
  struct sockaddr_in peer;
  socklen_t length = sizeof peer;
  char name[64];
  int found = 0;
  if (log_fd < 0) return;
  for (int i = 0; i < count && !found; i++)
    found = memmem(pieces[i].iov_base, pieces[i].iov_len, wanted, sizeof wanted - 1) != NULL;
  if (!found) return;
  if (getpeername(fd, (struct sockaddr *)&peer, &length) != 0 || peer.sin_family != AF_INET) return;
  snprintf(name, sizeof name, "tcp://127.0.0.1:%d", ntohs(peer.sin_port));
  pthread_mutex_lock(&lock);
  record(AT, 0, 0, name, strlen(name), pieces, count);
  pthread_mutex_unlock(&lock);
}

/* Where a write without an offset goes. */
static off_t position(int fd) {
  struct stat now;
  if (!(fcntl(fd, F_GETFL) & O_APPEND)) return lseek(fd, 0, SEEK_CUR);
  return fstat(fd, &now) == 0 ? now.st_size : 0;
}

#define WRITING(name, at, pieces, count, parameters, arguments) \
  ssize_t name parameters { \
    REAL(name); \
    uint32_t handle = handle_of(fd); \
    if (!handle) { \
      trace(fd, pieces, count); \
      return real arguments; \
    } \
    pthread_mutex_lock(&lock); \
    size_t wanted = 0; \
    for (int i = 0; i < (int)(count); i++) wanted += (pieces)[i].iov_len; \
    record(WRITE, handle, at, NULL, 0, pieces, count); \
    ssize_t done = real arguments; \
    int saved = errno; \
    if (done != (ssize_t)wanted) record_name(UNMODELLED, 0, 0, "a write that was cut short"); \
    pthread_mutex_unlock(&lock); \
    errno = saved; \
    return done; \
  }
#define ONE ((struct iovec[]){{(void *)bytes, length}})

WRITING(write, position(fd), ONE, 1, (int fd, const void *bytes, size_t length), (fd, bytes, length))
WRITING(pwrite, offset, ONE, 1, (int fd, const void *bytes, size_t length, off_t offset), (fd, bytes, length, offset))
WRITING(pwrite64, offset, ONE, 1, (int fd, const void *bytes, size_t length, off64_t offset), (fd, bytes, length, offset))
WRITING(writev, position(fd), pieces, count, (int fd, const struct iovec *pieces, int count), (fd, pieces, count))
WRITING(pwritev, offset, pieces, count, (int fd, const struct iovec *pieces, int count, off_t offset), (fd, pieces, count, offset))
WRITING(pwritev64, offset, pieces, count, (int fd, const struct iovec *pieces, int count, off64_t offset), (fd, pieces, count, offset))

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  REAL(sendmsg);
  trace(fd, message->msg_iov, (int)message->msg_iovlen);
  return real(fd, message, flags);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags) {
  REAL(send);
  trace(fd, ONE, 1);
  return real(fd, bytes, length, flags);
}

#define TRUNCATING(name, type) \
  int name(int fd, type size) { \
    REAL(name); \
    uint32_t handle = handle_of(fd); \
    if (!handle) return real(fd, size); \
    pthread_mutex_lock(&lock); \
    record(TRUNCATE, handle, size, NULL, 0, NULL, 0); \
    int result = real(fd, size), saved = errno; \
    if (result != 0) record_name(UNMODELLED, 0, 0, "a truncation that failed"); \
    pthread_mutex_unlock(&lock); \
    errno = saved; \
    return result; \
  }

TRUNCATING(ftruncate, off_t)
TRUNCATING(ftruncate64, off64_t)

#define SYNCING(name) \
  int name(int fd) { \
    REAL(name); \
    uint32_t handle = handle_of(fd); \
    if (!handle) return real(fd); \
    if (watched[fd].lies) return 0; \
    pthread_mutex_lock(&lock); \
    uint64_t before = records; \
    pthread_mutex_unlock(&lock); \
    int result = real(fd), saved = errno; \
    if (result == 0) { \
      pthread_mutex_lock(&lock); \
      record(SYNC, handle, before, NULL, 0, NULL, 0); \
      pthread_mutex_unlock(&lock); \
    } \
    errno = saved; \
    return result; \
  }

SYNCING(fsync)
SYNCING(fdatasync)

/* ---- what is not modelled ---- */

#define REFUSED(type, name, fd, parameters, arguments) \
  type name parameters { \
    REAL(name); \
    refuse(fd, #name); \
    return real arguments; \
  }

REFUSED(int, fallocate, fd, (int fd, int mode, off_t offset, off_t length), (fd, mode, offset, length))
REFUSED(int, fallocate64, fd, (int fd, int mode, off64_t offset, off64_t length), (fd, mode, offset, length))
REFUSED(int, posix_fallocate, fd, (int fd, off_t offset, off_t length), (fd, offset, length))
REFUSED(int, posix_fallocate64, fd, (int fd, off64_t offset, off64_t length), (fd, offset, length))
REFUSED(ssize_t, sendfile, out, (int out, int in, off_t *offset, size_t length), (out, in, offset, length))
REFUSED(ssize_t, sendfile64, out, (int out, int in, off64_t *offset, size_t length), (out, in, offset, length))
REFUSED(ssize_t, copy_file_range, out, (int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags), (in, from, out, to, length, flags))

int dup(int fd) {
  REAL(dup);
  refuse(fd, "dup");
  return real(fd);
}

int truncate(const char *path, off_t size) {
  REAL(truncate);
  refuse_path(path, "truncate");
  return real(path, size);
}

int link(const char *from, const char *to) {
  REAL(link);
  refuse_path(to, "link");
  return real(from, to);
}
