// What a compiled ffbrian network reads and writes while it runs: memory maps
// of the schedule, the data set and the results, found by environment variables.
#ifndef FFBRIAN_HOST_H
#define FFBRIAN_HOST_H

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ffbrian {

// A file mapped into memory; the run ends with status 3 if it cannot be.
struct Map {
    char *bytes;
    size_t size;
    Map(const char *variable, bool writable) : bytes(nullptr), size(0) {
        const char *path = std::getenv(variable);
        const int handle = path ? open(path, writable ? O_RDWR : O_RDONLY) : -1;
        struct stat status;
        if (handle < 0 || fstat(handle, &status) != 0) fail(variable, path);
        size = (size_t)status.st_size;
        if (size == 0) fail(variable, path);
        void *address = mmap(nullptr, size, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, handle, 0);
        if (address == MAP_FAILED) fail(variable, path);
        bytes = (char *)address;
        close(handle);
    }
    static void fail(const char *variable, const char *path) {
        std::fprintf(stderr, "ffbrian: cannot map the file that %s names (%s)\n", variable, path ? path : "not set");
        std::exit(3);
    }
};

// One row a presentation: sample, label (-1: chosen by the network), phase, seed, dx, dy, truth.
const int schedule_columns = 7;

inline const int32_t *schedule() {
    static const Map map("FFBRIAN_SCHEDULE", false);
    return (const int32_t *)map.bytes;
}

inline int64_t n_presentations() {
    static const Map map("FFBRIAN_SCHEDULE", false);
    return (int64_t)(map.size / (schedule_columns * sizeof(int32_t)));
}

inline float *results() {
    static Map map("FFBRIAN_RESULTS", true);
    return (float *)map.bytes;
}

inline const char *data_set() {
    static const Map map("FFBRIAN_DATA_SET", false);
    return map.bytes;
}

inline double schedule_entry(int64_t index, int column) {
    if (index < 0 || index >= n_presentations()) return 0.0;
    return schedule()[index * schedule_columns + column];
}

inline double write_result(int64_t index, int column, int n_columns, double value) {
    if (index >= 0 && index < n_presentations()) results()[index * n_columns + column] = (float)value;
    return 0.0;
}

// Images: a 64-byte header with n, channels, height, width after the magic; then bytes.
inline double pixel(int64_t sample, int unit, int dx, int dy) {
    const int64_t *header = (const int64_t *)data_set();
    const int64_t height = header[3], width = header[4], n_units = header[2] * height * width;
    const int64_t column = unit % width - dx, row = (unit / width) % height - dy;
    if (column < 0 || column >= width || row < 0 || row >= height) return 0.0;
    const uint8_t *values = (const uint8_t *)(data_set() + 64) + sample * n_units;
    return values[unit - dx - dy * width] / 255.0;
}

// Events: a 64-byte header with n, n_events, n_units, n_steps; offsets, bins, units.
template <typename Number> inline void load_events(int64_t sample, int64_t step, Number *event, int64_t n_units) {
    static int64_t next = 0, last = 0;
    const int64_t *header = (const int64_t *)data_set(), n = header[1], n_events = header[2];
    const int64_t *offsets = header + 8;
    const uint16_t *bins = (const uint16_t *)(offsets + n + 1), *units = bins + n_events;
    for (int64_t k = 0; k < n_units; k++) event[k] = 0;
    if (step == 0) { next = offsets[sample]; last = offsets[sample + 1]; }
    while (next < last && bins[next] < step) next++;
    for (; next < last && bins[next] == step; next++) event[units[next]] = 1;
}

}  // namespace ffbrian
#endif
