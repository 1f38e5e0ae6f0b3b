/* LD_PRELOAD: counts the calls that change files below given folders, and lets the n-th one fail.

   Set up by environment variables when the process starts, or later by fault_arm():

   FAULT_ROOTS  folders, separated by ':'
   FAULT_AT     number of the call that fails, from 1; 0 for none
   FAULT_KIND   an errno; -1: a write takes the first half only; -2: the same, and the next write
                to that file finds no room (ENOSPC)
   FAULT_STICKY 1: all later calls fail too (not with -1 and -2)
   FAULT_LOG    a line for each call: number, name, path, '!' if it failed
   FAULT_RANK   only in the process with this PMI_RANK

   Calls with which an open file is closed count if it was open for writing. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define SHORT (-1)
#define SHORT_THEN_FULL (-2)

static char roots[4 * PATH_MAX];
static long fail_at, counted;
static int kind, sticky, log_descriptor = -1, full_descriptor = -1;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

void fault_arm(const char *folders, long at, int what, int stays, const char *log_path) {
    counted = 0;
    full_descriptor = -1;
    kind = what;
    sticky = stays;
    fail_at = at;
    if (log_descriptor >= 0) syscall(SYS_close, log_descriptor);
    log_descriptor = -1;
    if (log_path && *log_path) {
        int low = syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_CREAT | O_APPEND, 0644);
        /* out of the way of numbers that the program expects to get */
        log_descriptor = fcntl(low, F_DUPFD_CLOEXEC, 900);
        syscall(SYS_close, low);
    }
    snprintf(roots, sizeof roots, "%s", folders ? folders : "");
}

__attribute__((constructor)) static void begin(void) {
    const char *folders = getenv("FAULT_ROOTS"), *rank = getenv("FAULT_RANK");
    const char *mine = getenv("PMI_RANK");
    if (!folders || (rank && (!mine || strcmp(rank, mine)))) return;
    const char *at = getenv("FAULT_AT"), *what = getenv("FAULT_KIND");
    const char *stays = getenv("FAULT_STICKY");
    fault_arm(folders, at ? atol(at) : 0, what ? atoi(what) : 0, stays ? atoi(stays) : 0,
              getenv("FAULT_LOG"));
}

static int is_below(const char *path) {
    for (const char *root = roots; *root;) {
        size_t length = strcspn(root, ":");
        if (length && !strncmp(path, root, length) && (path[length] == '/' || !path[length]))
            return 1;
        root += length + (root[length] == ':');
    }
    return 0;
}

static const char *path_of(int descriptor, char *room) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, room, PATH_MAX - 1);
    room[length < 0 ? 0 : length] = 0;
    return room;
}

static const char *absolute(int folder, const char *path, char *room) {
    if (!path) return "";
    if (path[0] == '/') return path;
    if (folder == AT_FDCWD) {
        if (syscall(SYS_getcwd, room, PATH_MAX) < 0) return "";
    } else {
        path_of(folder, room);
    }
    size_t length = strlen(room);
    snprintf(room + length, PATH_MAX, "/%s", path);
    return room;
}

/* What becomes of this call: 0 it goes on, an errno, SHORT. */
static int fate(const char *call, const char *path, int is_write) {
    if (!*roots || !is_below(path)) return 0;
    long number = __atomic_add_fetch(&counted, 1, __ATOMIC_SEQ_CST);
    int result = 0;
    if (fail_at && (number == fail_at || (sticky && number > fail_at))) {
        result = kind;
        if (kind < 0 && !is_write) result = 0;
    }
    if (log_descriptor >= 0) {
        char line[PATH_MAX + 80];
        int length = snprintf(line, sizeof line, "%ld\t%s\t%s%s\n", number, call, path,
                              result ? "\t!" : "");
        syscall(SYS_write, log_descriptor, line, length);
    }
    return result;
}

static int fate_of_write(const char *call, int descriptor) {
    if (!*roots) return 0;
    char room[PATH_MAX];
    const char *path = path_of(descriptor, room);
    if (full_descriptor == descriptor) {
        full_descriptor = -1;
        fate(call, path, 1);
        return ENOSPC;
    }
    int result = fate(call, path, 1);
    if (result == SHORT_THEN_FULL) full_descriptor = descriptor;
    return result < 0 ? SHORT : result;
}

#define GIVE_UP(error) do { errno = (error); return -1; } while (0)
#define HALF(count) ((count) > 1 ? (count) / 2 : (count))

ssize_t write(int descriptor, const void *data, size_t count) {
    int error = fate_of_write("write", descriptor);
    if (error > 0) GIVE_UP(error);
    return REAL(write)(descriptor, data, error ? HALF(count) : count);
}

ssize_t pwrite(int descriptor, const void *data, size_t count, off_t at) {
    int error = fate_of_write("pwrite", descriptor);
    if (error > 0) GIVE_UP(error);
    return REAL(pwrite)(descriptor, data, error ? HALF(count) : count, at);
}

ssize_t pwrite64(int descriptor, const void *data, size_t count, off64_t at) {
    int error = fate_of_write("pwrite", descriptor);
    if (error > 0) GIVE_UP(error);
    return REAL(pwrite64)(descriptor, data, error ? HALF(count) : count, at);
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    int error = fate_of_write("writev", descriptor);
    if (error > 0) GIVE_UP(error);
    return REAL(writev)(descriptor, parts, error ? HALF(count) : count);
}

static int fate_of_descriptor(const char *call, int descriptor) {
    char room[PATH_MAX];
    return *roots ? fate(call, path_of(descriptor, room), 0) : 0;
}

static int fate_of_path(const char *call, int folder, const char *path) {
    char room[2 * PATH_MAX];
    return *roots ? fate(call, absolute(folder, path, room), 0) : 0;
}

int fsync(int descriptor) {
    int error = fate_of_descriptor("fsync", descriptor);
    if (error > 0) GIVE_UP(error);
    return REAL(fsync)(descriptor);
}

int fdatasync(int descriptor) {
    int error = fate_of_descriptor("fdatasync", descriptor);
    if (error > 0) GIVE_UP(error);
    return REAL(fdatasync)(descriptor);
}

int ftruncate(int descriptor, off_t size) {
    int error = fate_of_descriptor("ftruncate", descriptor);
    if (error > 0) GIVE_UP(error);
    return REAL(ftruncate)(descriptor, size);
}

int ftruncate64(int descriptor, off64_t size) {
    int error = fate_of_descriptor("ftruncate", descriptor);
    if (error > 0) GIVE_UP(error);
    return REAL(ftruncate64)(descriptor, size);
}

int posix_fallocate(int descriptor, off_t at, off_t size) {
    int error = fate_of_descriptor("posix_fallocate", descriptor);
    return error > 0 ? error : REAL(posix_fallocate)(descriptor, at, size);
}

int posix_fallocate64(int descriptor, off64_t at, off64_t size) {
    int error = fate_of_descriptor("posix_fallocate", descriptor);
    return error > 0 ? error : REAL(posix_fallocate64)(descriptor, at, size);
}

int close(int descriptor) {
    int error = 0;
    if (*roots && (fcntl(descriptor, F_GETFL) & O_ACCMODE) % 3)
        error = fate_of_descriptor("close", descriptor);
    int result = syscall(SYS_close, descriptor);
    if (error > 0) GIVE_UP(error);
    return result;
}

#define CHANGES(flags) (((flags) & O_ACCMODE) != O_RDONLY || ((flags) & O_CREAT))
#define MODE(flags)                       \
    mode_t mode = 0;                      \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list more;                     \
        va_start(more, flags);            \
        mode = va_arg(more, mode_t);      \
        va_end(more);                     \
    }

static int opened(int folder, const char *path, int flags, mode_t mode) {
    int error = CHANGES(flags) ? fate_of_path("open", folder, path) : 0;
    if (error > 0) GIVE_UP(error);
    return syscall(SYS_openat, folder, path, flags | O_LARGEFILE, mode);
}

int open(const char *path, int flags, ...) {
    MODE(flags)
    return opened(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    MODE(flags)
    return opened(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
    MODE(flags)
    return opened(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...) {
    MODE(flags)
    return opened(folder, path, flags, mode);
}

int creat(const char *path, mode_t mode) {
    return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int creat64(const char *path, mode_t mode) {
    return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int rename(const char *from, const char *to) {
    int error = fate_of_path("rename", AT_FDCWD, to);
    if (error > 0) GIVE_UP(error);
    return REAL(rename)(from, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    int error = fate_of_path("rename", to_folder, to);
    if (error > 0) GIVE_UP(error);
    return REAL(renameat)(from_folder, from, to_folder, to);
}

int mkdir(const char *path, mode_t mode) {
    int error = fate_of_path("mkdir", AT_FDCWD, path);
    if (error > 0) GIVE_UP(error);
    return REAL(mkdir)(path, mode);
}

int mkdirat(int folder, const char *path, mode_t mode) {
    int error = fate_of_path("mkdir", folder, path);
    if (error > 0) GIVE_UP(error);
    return REAL(mkdirat)(folder, path, mode);
}

int unlink(const char *path) {
    int error = fate_of_path("unlink", AT_FDCWD, path);
    if (error > 0) GIVE_UP(error);
    return REAL(unlink)(path);
}

int unlinkat(int folder, const char *path, int flags) {
    int error = fate_of_path(flags & AT_REMOVEDIR ? "rmdir" : "unlink", folder, path);
    if (error > 0) GIVE_UP(error);
    return REAL(unlinkat)(folder, path, flags);
}

int rmdir(const char *path) {
    int error = fate_of_path("rmdir", AT_FDCWD, path);
    if (error > 0) GIVE_UP(error);
    return REAL(rmdir)(path);
}

int link(const char *from, const char *to) {
    int error = fate_of_path("link", AT_FDCWD, to);
    if (error > 0) GIVE_UP(error);
    return REAL(link)(from, to);
}

int symlink(const char *from, const char *to) {
    int error = fate_of_path("symlink", AT_FDCWD, to);
    if (error > 0) GIVE_UP(error);
    return REAL(symlink)(from, to);
}
