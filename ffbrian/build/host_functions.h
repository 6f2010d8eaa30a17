// What a compiled ffbrian network reads and writes while it runs: memory maps
// of the schedule and the results, and the data set, found by environment variables.
#ifndef FFBRIAN_HOST_H
#define FFBRIAN_HOST_H

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

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

// One row of int32 a presentation; the columns are those of the plan.
inline const int32_t *schedule() {
    static const Map map("FFBRIAN_SCHEDULE", false);
    return (const int32_t *)map.bytes;
}

inline int64_t n_presentations(int n_columns) {
    static const Map map("FFBRIAN_SCHEDULE", false);
    return (int64_t)(map.size / (n_columns * sizeof(int32_t)));
}

inline const Map &results() {
    static const Map map("FFBRIAN_RESULTS", true);
    return map;
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
    std::vector<int64_t> words;  // aligned for every type
    const void *show(int64_t offset, int64_t n_bytes) {
        words.resize((size_t)(n_bytes + 7) / 8);
        if (pread(data_set().handle, words.data(), (size_t)n_bytes, offset) != n_bytes)
            Map::fail("FFBRIAN_DATA_SET", std::getenv("FFBRIAN_DATA_SET"));
        return words.data();
    }
};

inline double schedule_entry(int64_t index, int column, int n_columns) {
    if (index < 0 || index >= n_presentations(n_columns)) return 0.0;
    return schedule()[index * n_columns + column];
}

inline double write_result(int64_t index, int column, int n_columns, double value) {
    const Map &table = results();
    const int64_t place = index * n_columns + column;
    if (index >= 0 && (size_t)(place + 1) * sizeof(float) <= table.size) ((float *)table.bytes)[place] = (float)value;
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

// The image of a presentation under a Gaussian, which is computed when the first of its pixels is asked for.
struct Surround {
    int64_t sample;
    int dx, dy;
    double sigma;
    std::vector<double> values;
    Surround() : sample(-1), dx(0), dy(0), sigma(0) {}
    static std::vector<double> gaussian(double sigma) {
        const int reach = (int)std::ceil(4 * sigma);
        std::vector<double> weights;
        double total = 0;
        for (int k = -reach; k <= reach; k++) weights.push_back(std::exp(-k * k / (2 * sigma * sigma)));
        for (double weight : weights) total += weight;
        for (double &weight : weights) weight /= total;
        return weights;
    }
    // Every line of `length` values, `stride` apart, under the weights; 0 outside the line.
    void blur(const std::vector<double> &weights, int64_t length, int64_t stride) {
        const int64_t reach = (int64_t)weights.size() / 2;
        const std::vector<double> sharp(values);
        for (int64_t unit = 0; unit < (int64_t)values.size(); unit++) {
            const int64_t place = unit / stride % length;
            values[unit] = 0;
            for (int64_t k = -reach; k <= reach; k++)
                if (place + k >= 0 && place + k < length) values[unit] += weights[k + reach] * sharp[unit + k * stride];
        }
    }
    void show(int64_t sample_, int dx_, int dy_, double sigma_) {
        if (sample_ == sample && dx_ == dx && dy_ == dy && sigma_ == sigma) return;
        sample = sample_, dx = dx_, dy = dy_, sigma = sigma_;
        const int64_t *header = data_set().header;
        const std::vector<double> weights = gaussian(sigma);
        values.resize((size_t)(header[2] * header[3] * header[4]));
        for (size_t unit = 0; unit < values.size(); unit++) values[unit] = pixel(sample, (int)unit, dx, dy);
        blur(weights, header[4], 1);
        blur(weights, header[3], header[4]);
    }
};

inline double surround_of(int64_t sample, int unit, int dx, int dy, double sigma) {
    static Surround surround;
    surround.show(sample, dx, dy, sigma);
    return surround.values[unit];
}

// Where events come from and to how many neurons they go, as in host.py.
struct Sensor {
    int64_t n_units, height, width, n_copies, lag;
    int64_t displaced(int64_t unit, int64_t dx, int64_t dy) const {  // -1 outside
        const int64_t column = unit % width + dx, row = unit / width % height + (height > 1 ? dy : 0);
        if (column < 0 || column >= width || row < 0 || row >= height) return -1;
        return (unit / (width * height) * height + row) * width + column;
    }
};

// Events: a 64-byte header with n, n_events, n_units, n_steps; offsets, bins, units.
struct SampleEvents {
    Window limits, bin_window, unit_window;
    const uint16_t *bins, *units;
    int64_t sample, last;
    SampleEvents() : bins(nullptr), units(nullptr), sample(-1), last(0) {}
    void show(int64_t sample_) {
        if (sample_ == sample) return;
        const int64_t n = data_set().header[1], n_events = data_set().header[2], start = 64 + 8 * (n + 1);
        const int64_t *offsets = (const int64_t *)limits.show(64 + 8 * sample_, 16);
        sample = sample_;
        last = offsets[1] - offsets[0];
        bins = (const uint16_t *)bin_window.show(start + 2 * offsets[0], 2 * last);
        units = (const uint16_t *)unit_window.show(start + 2 * (n_events + offsets[0]), 2 * last);
    }
};

inline SampleEvents &sample_events(int64_t sample) {
    static SampleEvents events;
    events.show(sample);
    return events;
}

inline double event_step(int64_t sample, int which) {
    const SampleEvents &events = sample_events(sample);
    return events.last > 0 ? events.bins[which ? events.last - 1 : 0] : 0.0;
}

// How many of a sample's events have passed in the middle of a step.
inline double event_count_at(int64_t sample, int64_t step) {
    const SampleEvents &events = sample_events(sample);
    const auto now = std::equal_range(events.bins, events.bins + events.last, step);
    return 0.5 * ((now.first - events.bins) + (now.second - events.bins));
}

// The share of a sample's events that have passed in the middle of a step; 0 if it has none.
inline double event_share_at(int64_t sample, int64_t step) {
    const int64_t last = sample_events(sample).last;
    return last > 0 ? event_count_at(sample, step) / last : 0.0;
}

template <typename Number> inline void load_events(int64_t sample, int64_t step, int dx, int dy, Number *event, const Sensor &sensor) {
    static std::vector<int64_t> next;  // of each copy
    const SampleEvents &events = sample_events(sample);
    if (step == 0) next.assign(sensor.n_copies, 0);
    for (int64_t k = 0; k < sensor.n_units * sensor.n_copies; k++) event[k] = 0;
    for (int64_t copy = 0; copy < sensor.n_copies; copy++) {
        const int64_t now = step - copy * sensor.lag;
        int64_t &k = next[copy];
        for (; k < events.last && events.bins[k] <= now; k++) {
            const int64_t unit = events.bins[k] == now ? sensor.displaced(events.units[k], dx, dy) : -1;
            if (unit >= 0) event[copy * sensor.n_units + unit] = 1;
        }
    }
}

// Signals: a 64-byte header with n, channels, n_steps; float32 values.
inline double signal_at(int64_t sample, int unit, int64_t step) {
    static Window window;
    static int64_t shown = -1;
    static const float *values = nullptr;
    const int64_t n_units = data_set().header[2], n_steps = data_set().header[3];
    if (sample != shown) values = (const float *)window.show(64 + 4 * sample * n_units * n_steps, 4 * n_units * n_steps);
    shown = sample;
    return values[unit * n_steps + step];
}

// Real-valued targets: float32 values behind the signals, as many a sample as the header says.
inline double target_of(int64_t sample, int output) {
    static Window window;
    static int64_t shown = -1;
    static const float *values = nullptr;
    const int64_t *header = data_set().header;
    const int64_t begin = 64 + 4 * header[1] * header[2] * header[3];
    if (sample != shown) values = (const float *)window.show(begin + 4 * sample * header[4], 4 * header[4]);
    shown = sample;
    return values[output];
}

}  // namespace ffbrian
#endif
