/* The machine around a kasir under test, where a test must own it: the wall clock, the time
   server's word for it, and the disk. Loaded with LD_PRELOAD; the program is the real
   one. MACHINE_CLOCK names a file of four 64-bit numbers that the test may change at any time:
   how many milliseconds this clock is ahead of the real one, whether a time server has set it,
   how many bytes the disk has left (below zero: as many as it has; at none, writes to the database
   fail), and whether it can only be read. FAIL_SYNC_WHEN names a file; once it exists, syncs fail. HANG_SYNC_WHILE names one, too:
   while it exists, syncs do not end. FULL_UNDER names a folder: while a file of its name with ".full" behind
   it exists, nothing can be written under it.

   MACHINE_DISK_ROOT names the folder whose files lie on a disk of the test's own. What the program
   does to them happens at once, as it would in the system's memory, and is written down in
   MACHINE_DISK_LOG: support/disk.rs reads there what a power cut leaves of it. A sync is a line of
   that log and costs nothing. MACHINE_DISK names a file of `struct disk`, which the test may change at
   any time: how soon something fails. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
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

/* Each countdown is of operations on the disk's files from now: 0 is never, 1 the next, -1 all. */
struct disk {
    int64_t die_in;        /* the power button, before a write, a sync, a truncation */
    int64_t fail_sync_in;
    int64_t fail_write_in;
    int64_t fail_read_in;
    int64_t error;         /* errno of what fails */
    int64_t for_good;      /* whether it goes on failing then */
    int64_t lie;           /* syncs say yes: 1 and do nothing, 2 and do it a little later */
    int64_t writes, syncs, reads;
    int64_t die_at_sync_in; /* the power button, when all is written and nothing is synced */
};
static volatile struct disk *disk;
static const char *root;
static size_t root_length;
static int journal = -1;
static int64_t records;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

/* What the descriptors are open on: 0 nothing of ours, FOLDER, or a file's number. */
#define FDS 4096
#define FILES 4096
#define FOLDER FILES
static int opened[FDS];
static char *names[FILES];
static int files = 1;

enum { PROCESS, OPEN, WRITE, TRUNCATE, SYNC, SYNC_FAILED, UNLINK, RENAME, FOLDER_SYNC };

static void note(uint32_t kind, uint32_t file, int64_t at, const void *bytes, int64_t length) {
    struct { uint32_t kind, file; int64_t at, length; } head = {kind, file, at, length};
    char whole[sizeof head + 8192];
    memcpy(whole, &head, sizeof head);
    if (length <= 8192) {
        memcpy(whole + sizeof head, bytes, length);
        syscall(SYS_write, journal, whole, sizeof head + length);
    } else {
        syscall(SYS_write, journal, whole, sizeof head);
        syscall(SYS_write, journal, bytes, length);
    }
    records++;
}

static void *shared(const char *path, size_t length, int protection) {
    int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, protection & PROT_WRITE ? O_RDWR : O_RDONLY, 0) : -1;
    if (fd < 0)
        return NULL;
    void *at = mmap(NULL, length, protection, MAP_SHARED, fd, 0);
    syscall(SYS_close, fd);
    return at == MAP_FAILED ? NULL : at;
}

__attribute__((constructor)) static void begin(void) {
    machine = shared(getenv("MACHINE_CLOCK"), 32, PROT_READ);
    const char *log = getenv("MACHINE_DISK_LOG");
    root = getenv("MACHINE_DISK_ROOT");
    if (!log || !root)
        return;
    root_length = strlen(root);
    journal = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    disk = journal < 0 ? NULL : shared(getenv("MACHINE_DISK"), sizeof(struct disk), PROT_READ | PROT_WRITE);
    if (!disk)
        abort();
    note(PROCESS, 0, 0, "", 0);
}

/* Whether this is the one that it was counted down to. */
static int due(volatile int64_t *in) {
    if (*in > 0 && --*in == 0) {
        *in = disk->for_good ? -1 : 0;
        return 1;
    }
    return *in < 0;
}

static void mortal(volatile int64_t *in) {
    if (*in > 0 && --*in == 0)
        syscall(SYS_kill, getpid(), SIGKILL);
}

static int ends_in(const char *path, const char *end) {
    size_t length = strlen(path), tail = strlen(end);
    return length >= tail && strcmp(path + length - tail, end) == 0;
}

/* The shared memory of SQLite is no file to it, and locks and sockets hold nothing. */
static int ours(const char *path) {
    return disk && path && strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || !path[root_length]) &&
           !ends_in(path, "-shm") && !ends_in(path, "/lock") && !ends_in(path, ".sock");
}

static int number_of(const char *path) {
    for (int i = files - 1; i > 0; i--)
        if (names[i] && strcmp(names[i], path) == 0)
            return i;
    return 0;
}

static int of_ours(int fd) {
    return disk && fd >= 0 && fd < FDS ? opened[fd] : 0;
}

static int open_at(int folder, const char *path, int flags, mode_t mode) {
    if (!ours(path))
        return (int)syscall(SYS_openat, folder, path, flags, mode);
    pthread_mutex_lock(&turn);
    int fresh = syscall(SYS_faccessat, AT_FDCWD, path, F_OK) != 0;
    int fd = (int)syscall(SYS_openat, folder, path, flags, mode), error = errno;
    struct stat found;
    if (fd >= 0 && fd < FDS && syscall(SYS_fstat, fd, &found) == 0) {
        opened[fd] = S_ISDIR(found.st_mode) ? FOLDER : 0;
        if (S_ISREG(found.st_mode)) {
            int file = fresh ? 0 : number_of(path);
            if (!file) {
                file = files++;
                if (files >= FILES)
                    abort();
                names[file] = strdup(path);
                note(OPEN, file, fresh, path, strlen(path));
            }
            if (flags & O_TRUNC && !fresh)
                note(TRUNCATE, file, 0, "", 0);
            opened[fd] = file;
        }
    }
    pthread_mutex_unlock(&turn);
    errno = error;
    return fd;
}

static mode_t mode_of(int flags, va_list rest) {
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
}

#define OPENS(name, ...)                                            \
    int name(__VA_ARGS__ const char *path, int flags, ...) {        \
        va_list rest;                                               \
        va_start(rest, flags);                                      \
        mode_t mode = mode_of(flags, rest);                         \
        va_end(rest);                                               \
        return open_at(AT, path, flags, mode);                      \
    }
#define AT AT_FDCWD
OPENS(open)
OPENS(open64)
#undef AT
#define AT folder
OPENS(openat, int folder,)
OPENS(openat64, int folder,)

int close(int fd) {
    if (of_ours(fd))
        opened[fd] = 0;
    return (int)syscall(SYS_close, fd);
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

/* -1 when the write shall fail. */
static int may_write(int fd) {
    mortal(&disk->die_in);
    disk->writes++;
    if (due(&disk->fail_write_in)) {
        errno = (int)disk->error;
        return -1;
    }
    return 0;
}

static ssize_t put(int fd, const void *bytes, size_t length, off_t at) {
    if (refuses(fd) || (at < 0 && is_on_a_full_medium(fd)))
        return -1;
    int file = of_ours(fd);
    if (!file || file == FOLDER)
        return at < 0 ? syscall(SYS_write, fd, bytes, length) : syscall(SYS_pwrite64, fd, bytes, length, at);
    pthread_mutex_lock(&turn);
    ssize_t written = -1;
    if (may_write(fd) == 0) {
        written = at < 0 ? syscall(SYS_write, fd, bytes, length) : syscall(SYS_pwrite64, fd, bytes, length, at);
        if (written > 0)
            note(WRITE, file, at < 0 ? syscall(SYS_lseek, fd, 0, SEEK_CUR) - written : at, bytes, written);
    }
    int error = errno;
    pthread_mutex_unlock(&turn);
    errno = error;
    return written;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    return put(fd, bytes, length, -1);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    return put(fd, bytes, length, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    return put(fd, bytes, length, at);
}

static int cut(int fd, off_t length) {
    int file = of_ours(fd);
    if (!file || file == FOLDER)
        return (int)syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&turn);
    int result = may_write(fd);
    if (result == 0) {
        result = (int)syscall(SYS_ftruncate, fd, length);
        if (result == 0)
            note(TRUNCATE, file, length, "", 0);
    }
    pthread_mutex_unlock(&turn);
    return result;
}

int ftruncate(int fd, off_t length) {
    return cut(fd, length);
}

int ftruncate64(int fd, off64_t length) {
    return cut(fd, length);
}

static ssize_t get(int fd, void *bytes, size_t length, off_t at) {
    int file = of_ours(fd);
    if (file && file != FOLDER) {
        pthread_mutex_lock(&turn);
        disk->reads++;
        int fails = due(&disk->fail_read_in);
        pthread_mutex_unlock(&turn);
        if (fails) {
            errno = (int)disk->error;
            return -1;
        }
    }
    return syscall(SYS_pread64, fd, bytes, length, at);
}

ssize_t pread(int fd, void *bytes, size_t length, off_t at) {
    return get(fd, bytes, length, at);
}

ssize_t pread64(int fd, void *bytes, size_t length, off64_t at) {
    return get(fd, bytes, length, at);
}

static int unlink_at(int folder, const char *path, int flags) {
    if (!ours(path) || flags)
        return (int)syscall(SYS_unlinkat, folder, path, flags);
    pthread_mutex_lock(&turn);
    mortal(&disk->die_in);
    int result = (int)syscall(SYS_unlinkat, folder, path, flags), error = errno;
    if (result == 0) {
        int file = number_of(path);
        if (file)
            names[file] = NULL;
        note(UNLINK, 0, 0, path, strlen(path));
    }
    pthread_mutex_unlock(&turn);
    errno = error;
    return result;
}

int unlink(const char *path) {
    return unlink_at(AT_FDCWD, path, 0);
}

int unlinkat(int folder, const char *path, int flags) {
    return unlink_at(folder, path, flags);
}

int rename(const char *from, const char *to) {
    if (!ours(from) || !ours(to))
        return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    pthread_mutex_lock(&turn);
    mortal(&disk->die_in);
    int result = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0), error = errno;
    if (result == 0) {
        int gone = number_of(to), moved = number_of(from);
        if (gone)
            names[gone] = NULL;
        if (moved)
            names[moved] = strdup(to);
        char both[8192];
        int length = snprintf(both, sizeof both, "%s%c%s", from, 0, to);
        note(RENAME, 0, 0, both, length);
    }
    pthread_mutex_unlock(&turn);
    errno = error;
    return result;
}

/* A disk that says "synced" while it still has it in its own memory. */
struct late { int file; int64_t upto; };

static void *sync_late(void *given) {
    struct late late = *(struct late *)given;
    free(given);
    usleep(50000);
    pthread_mutex_lock(&turn);
    note(SYNC, late.file, late.upto, "", 0);
    pthread_mutex_unlock(&turn);
    return NULL;
}

/* 1 when the descriptor is none of the disk's. */
static int sync_on_disk(int fd) {
    int file = of_ours(fd);
    if (!file)
        return 1;
    pthread_mutex_lock(&turn);
    mortal(&disk->die_in);
    mortal(&disk->die_at_sync_in);
    disk->syncs++;
    int result = 0;
    pthread_t thread;
    if (due(&disk->fail_sync_in)) {
        note(SYNC_FAILED, file, records, "", 0);
        errno = (int)disk->error;
        result = -1;
    } else if (disk->lie == 2 && file != FOLDER) {
        struct late *late = malloc(sizeof *late);
        *late = (struct late){file, records};
        if (pthread_create(&thread, NULL, sync_late, late) == 0)
            pthread_detach(thread);
    } else if (disk->lie != 1) {
        note(file == FOLDER ? FOLDER_SYNC : SYNC, file, records, "", 0);
    }
    int error = errno;
    pthread_mutex_unlock(&turn);
    errno = error;
    return result;
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
    int done = sync_on_disk(fd);
    return done == 1 ? (int)syscall(SYS_fsync, fd) : done;
}

int fdatasync(int fd) {
    if (failing()) {
        errno = EIO;
        return -1;
    }
    int done = sync_on_disk(fd);
    return done == 1 ? (int)syscall(SYS_fdatasync, fd) : done;
}
