/* The machine around a kasir under test, where a test must own it: the wall clock, the time
   server's word for it, and the disk's sync. Loaded with LD_PRELOAD; the program is the real
   one. MACHINE_CLOCK names a file of four 64-bit numbers that the test may change at any time:
   how many milliseconds this clock is ahead of the real one, whether a time server has set it,
   how many bytes the disk has left (below zero: as many as it has; at none, writes to the database
   fail), and whether it can only be read. FAIL_SYNC_WHEN names a file; once it exists, syncs fail. HANG_SYNC_WHILE names one, too:
   while it exists, syncs do not end. FULL_UNDER names a folder: while a file of its name with ".full" behind
   it exists, nothing can be written under it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *machine;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("MACHINE_CLOCK");
    int fd = path ? open(path, O_RDONLY) : -1;
    if (fd < 0)
        return;
    void *at = mmap(NULL, 32, PROT_READ, MAP_SHARED, fd, 0);
    if (at != MAP_FAILED)
        machine = at;
    close(fd);
}

int clock_gettime(clockid_t id, struct timespec *at) {
    int result = (int)syscall(SYS_clock_gettime, id, at);
    if (result == 0 && id == CLOCK_REALTIME && machine) {
        int64_t ns = at->tv_nsec + machine[0] % 1000 * 1000000;
        at->tv_sec += machine[0] / 1000 + ns / 1000000000;
        at->tv_nsec = ns % 1000000000;
    }
    return result;
}

int statx(int folder, const char *restrict path, int flags, unsigned int mask, struct statx *restrict found) {
    /* Rust's library asks with no path at all to learn whether the call is there. */
    const char *volatile asked = path;
    if (machine && asked && strcmp(asked, "/run/systemd/timesync/synchronized") == 0) {
        if (machine[1]) {
            memset(found, 0, sizeof *found);
            return 0;
        }
        errno = ENOENT;
        return -1;
    }
    return (int)syscall(SYS_statx, folder, path, flags, mask, found);
}

/* The disk under the database: the third number is what it has left, the fourth whether it is read-only. */
static int full(void) { return machine && machine[2] >= 0; }

int statvfs(const char *restrict path, struct statvfs *restrict found) {
    int (*real)(const char *, struct statvfs *) = (int (*)(const char *, struct statvfs *))dlsym(RTLD_NEXT, "statvfs");
    int result = real(path, found);
    if (result == 0 && full())
        found->f_bavail = (fsblkcnt_t)machine[2] / found->f_frsize;
    if (result == 0 && machine && machine[3])
        found->f_flag |= ST_RDONLY;
    return result;
}

/* What the disk does not take of a write to the database or its log. */
static int refuses(int fd) {
    if (!machine || (machine[2] != 0 && !machine[3]))
        return 0;
    char name[64], path[4096];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(name, path, sizeof path - 1);
    if (length <= 0)
        return 0;
    path[length] = 0;
    const char *file = strrchr(path, '/');
    if (!file || strncmp(file, "/kasir.db", 9) != 0 || strcmp(file, "/kasir.db-shm") == 0)
        return 0;
    errno = machine[3] ? EROFS : ENOSPC;
    return 1;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
    return refuses(fd) ? -1 : syscall(SYS_pwrite64, fd, bytes, count, at);
}

/* Whether the file lies under a folder of a medium that is full. */
static int is_on_a_full_medium(int fd) {
    const char *under = getenv("FULL_UNDER");
    char trigger[4096], name[64], path[4096];
    if (!under || snprintf(trigger, sizeof trigger, "%s.full", under) >= (int)sizeof trigger || access(trigger, F_OK) != 0)
        return 0;
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(name, path, sizeof path - 1);
    if (length <= 0 || strncmp(path, under, strlen(under)) != 0)
        return 0;
    errno = ENOSPC;
    return 1;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    return refuses(fd) || is_on_a_full_medium(fd) ? -1 : syscall(SYS_write, fd, bytes, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) { return pwrite64(fd, bytes, count, at); }

static int failing(void) {
    const char *hang = getenv("HANG_SYNC_WHILE");
    while (hang && access(hang, F_OK) == 0)
        usleep(10000);
    const char *when = getenv("FAIL_SYNC_WHEN");
    return when && access(when, F_OK) == 0;
}

int fsync(int fd) {
    if (failing()) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd) {
    if (failing()) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}
