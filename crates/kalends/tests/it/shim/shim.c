/*
 * A failing disk and a clock that is set, for a process that knows nothing of either.
 *
 * Preloaded, it stands between a program and the C library. It does what a control file
 * says, which KALENDS_SHIM names and which is mapped, so that it can be rewritten while
 * the program runs. Calls on files are counted and failed only where the file's path
 * contains the text in KALENDS_SHIM_FILES. The layout of the control file is the struct
 * below; shim.rs writes it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum call { NOTHING = 0, SYNC = 1, WRITE = 2, READ = 3, TRUNCATE = 4 };

struct control {
    _Atomic int64_t call;       /* which kind of call fails; NOTHING does nothing */
    _Atomic int64_t left;       /* how many of them still go well */
    _Atomic int64_t error;      /* the errno of those that do not */
    _Atomic int64_t persistent; /* whether all that follow fail too, or one alone */
    _Atomic int64_t part;       /* whether the first write that fails writes half first */
    _Atomic int64_t failed;     /* how many have failed: written here */
    _Atomic int64_t realtime;   /* nanoseconds by which the time of day is off */
    _Atomic int64_t monotonic;  /* nanoseconds by which the other clock has gone on */
};

static struct control *control;
static const char *files;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("KALENDS_SHIM");
    files = getenv("KALENDS_SHIM_FILES");
    if (path == NULL) return;
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) _exit(99);
    void *mapped = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped == MAP_FAILED) _exit(99);
    control = mapped;
}

static int is_meant(int file) {
    char link[64], path[4096];
    if (files == NULL) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strstr(path, files) != NULL;
}

/* 0: the call goes well; 1: it fails; 2: it is the first to fail. */
static int verdict(enum call call, int file) {
    if (control == NULL || atomic_load(&control->call) != call || !is_meant(file)) return 0;
    int64_t left = atomic_fetch_sub(&control->left, 1);
    if (left > 0) return 0;
    if (left < 0 && !atomic_load(&control->persistent)) return 0;
    atomic_fetch_add(&control->failed, 1);
    errno = (int)atomic_load(&control->error);
    return left == 0 ? 2 : 1;
}

#define REAL(type, name, ...)                                        \
    static type (*real)(__VA_ARGS__);                                \
    if (real == NULL) real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

int fsync(int file) {
    REAL(int, "fsync", int);
    return verdict(SYNC, file) ? -1 : real(file);
}

int fdatasync(int file) {
    REAL(int, "fdatasync", int);
    return verdict(SYNC, file) ? -1 : real(file);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    int failing = verdict(WRITE, file);
    if (failing == 2 && atomic_load(&control->part) && count > 1)
        return real(file, bytes, count / 2, offset);
    return failing ? -1 : real(file, bytes, count, offset);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    return pwrite64(file, bytes, count, offset);
}

ssize_t write(int file, const void *bytes, size_t count) {
    REAL(ssize_t, "write", int, const void *, size_t);
    int failing = verdict(WRITE, file);
    if (failing == 2 && atomic_load(&control->part) && count > 1)
        return real(file, bytes, count / 2);
    return failing ? -1 : real(file, bytes, count);
}

ssize_t pread64(int file, void *bytes, size_t count, off64_t offset) {
    REAL(ssize_t, "pread64", int, void *, size_t, off64_t);
    return verdict(READ, file) ? -1 : real(file, bytes, count, offset);
}

ssize_t pread(int file, void *bytes, size_t count, off_t offset) {
    return pread64(file, bytes, count, offset);
}

ssize_t read(int file, void *bytes, size_t count) {
    REAL(ssize_t, "read", int, void *, size_t);
    return verdict(READ, file) ? -1 : real(file, bytes, count);
}

int ftruncate64(int file, off64_t length) {
    REAL(int, "ftruncate64", int, off64_t);
    return verdict(TRUNCATE, file) ? -1 : real(file, length);
}

int ftruncate(int file, off_t length) {
    return ftruncate64(file, length);
}

static int64_t shift_of(clockid_t clock) {
    if (control == NULL) return 0;
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
        return atomic_load(&control->realtime);
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
        return atomic_load(&control->monotonic);
    default:
        return 0;
    }
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    REAL(int, "clock_gettime", clockid_t, struct timespec *);
    int answer = real(clock, time);
    int64_t shift = shift_of(clock);
    if (answer != 0 || shift == 0) return answer;
    int64_t nanoseconds = time->tv_nsec + shift % 1000000000;
    time->tv_sec += shift / 1000000000;
    if (nanoseconds < 0) {
        nanoseconds += 1000000000;
        time->tv_sec -= 1;
    } else if (nanoseconds >= 1000000000) {
        nanoseconds -= 1000000000;
        time->tv_sec += 1;
    }
    time->tv_nsec = nanoseconds;
    return answer;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    (void)zone;
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}
