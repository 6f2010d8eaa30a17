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

// The data set, of which only the part in use is mapped: pages that a process has
// touched count as its memory, so that mapping all would grow with the samples.
struct DataSet {
    int handle;
    int64_t header[8];
    DataSet() : handle(-1) {
        const char *variable = "FFBRIAN_DATA_SET", *path = std::getenv(variable);
        handle = path ? open(path, O_RDONLY) : -1;
        if (handle < 0 || pread(handle, header, sizeof header, 0) != sizeof header) Map::fail(variable, path);
    }
};

inline const DataSet &data_set() {
    static const DataSet data;
    return data;
}

// A part of the data set; the next one takes its place.
struct Window {
    char *pages;
    size_t size;
    Window() : pages(nullptr), size(0) {}
    const void *show(int64_t offset, int64_t n_bytes) {
        if (pages) munmap(pages, size);
        const int64_t start = offset / sysconf(_SC_PAGESIZE) * sysconf(_SC_PAGESIZE);
        size = (size_t)(offset - start + (n_bytes > 0 ? n_bytes : 1));
        void *address = mmap(nullptr, size, PROT_READ, MAP_SHARED, data_set().handle, start);
        if (address == MAP_FAILED) Map::fail("FFBRIAN_DATA_SET", std::getenv("FFBRIAN_DATA_SET"));
        pages = (char *)address;
        return pages + (offset - start);
    }
};

inline double schedule_entry(int64_t index, int column) {
    if (index < 0 || index >= n_presentations()) return 0.0;
    return schedule()[index * schedule_columns + column];
}

inline double write_result(int64_t index, int column, int n_columns, double value) {
    if (index >= 0 && index < n_presentations()) results()[index * n_columns + column] = (float)value;
    return 0.0;
}

// Images: a 64-byte header with n, channels, height, width after the magic; then bytes.
inline const uint8_t *image(int64_t sample, int64_t n_units) {
    static Window window;
    static int64_t shown = -1;
    static const uint8_t *values = nullptr;
    if (sample != shown) values = (const uint8_t *)window.show(64 + sample * n_units, n_units);
    shown = sample;
    return values;
}

inline double pixel(int64_t sample, int unit, int dx, int dy) {
    const int64_t *header = data_set().header;
    const int64_t height = header[3], width = header[4];
    const uint8_t *values = image(sample, header[2] * height * width);
    if (dx == 0 && dy == 0) return values[unit] / 255.0;
    const int64_t column = unit % width - dx, row = (unit / width) % height - dy;
    if (column < 0 || column >= width || row < 0 || row >= height) return 0.0;
    return values[unit - dx - dy * width] / 255.0;
}

// Events: a 64-byte header with n, n_events, n_units, n_steps; offsets, bins, units.
struct SampleEvents {
    Window limits, bin_window, unit_window;
    const uint16_t *bins, *units;
    int64_t next, last;
    void show(int64_t sample) {
        const int64_t n = data_set().header[1], n_events = data_set().header[2], start = 64 + 8 * (n + 1);
        const int64_t *offsets = (const int64_t *)limits.show(64 + 8 * sample, 16);
        next = 0;
        last = offsets[1] - offsets[0];
        bins = (const uint16_t *)bin_window.show(start + 2 * offsets[0], 2 * last);
        units = (const uint16_t *)unit_window.show(start + 2 * (n_events + offsets[0]), 2 * last);
    }
};

template <typename Number> inline void load_events(int64_t sample, int64_t step, Number *event, int64_t n_units) {
    static SampleEvents events;
    for (int64_t k = 0; k < n_units; k++) event[k] = 0;
    if (step == 0) events.show(sample);
    while (events.next < events.last && events.bins[events.next] < step) events.next++;
    for (; events.next < events.last && events.bins[events.next] == step; events.next++) event[events.units[events.next]] = 1;
}

}  // namespace ffbrian
#endif
