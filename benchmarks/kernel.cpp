// The default rule of ffbrian, written by hand: the physical yardstick.
//
// Leaky integrate-and-fire neurons with subtractive reset and a floor, driven
// through plastic input and label weights.  A post spike adds the pre traces to
// its eligibilities; at the end of a presentation the modulator
// M = s/(1 + exp(s*alpha*G)), G = mean(p_j a_j^2), turns them into weights.
//
// Build:  g++ -O3 -march=native -ffast-math [-DREAL=double] kernel.cpp -o kernel
// Run:    kernel SPIKES WEIGHTS N_NEURONS [OUTPUT]
//
// SPIKES (little-endian, written by spikes.py):
//   char[8] "FFSPIKES", int32 n_presentations, n_inputs, n_labels, n_steps,
//   int32 label[n_presentations], int32 phase[n_presentations] (+1 or -1),
//   int64 offset[n_presentations*n_steps + 1], int32 unit[offset[last]].
// WEIGHTS: float32 (n_inputs + n_labels, n_neurons), rows of the labels last.
// OUTPUT:  float64 final weights of the same shape, then int32 spikes per
//          presentation.  Prints one line of JSON.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

#ifndef REAL
#define REAL float
#endif
typedef REAL real;

const real TAU_MS = 50, ETA = 3e-4, ALPHA = 1, FLOOR = -1, W_MAX = 1;

struct Spikes
{
    int32_t n_presentations, n_inputs, n_labels, n_steps;
    std::vector<int32_t> label, phase, unit;
    std::vector<int64_t> offset;
};

template <typename T> void read_into(std::ifstream &file, std::vector<T> &values, size_t n)
{
    values.resize(n);
    file.read((char *)values.data(), n * sizeof(T));
}

Spikes read_spikes(const char *path)
{
    Spikes s;
    char magic[8];
    std::ifstream file(path, std::ios::binary);
    file.read(magic, 8);
    if (!file || std::memcmp(magic, "FFSPIKES", 8))
    {
        std::fprintf(stderr, "%s is not a spike file\n", path);
        std::exit(2);
    }
    file.read((char *)&s.n_presentations, 4 * sizeof(int32_t));
    read_into(file, s.label, s.n_presentations);
    read_into(file, s.phase, s.n_presentations);
    read_into(file, s.offset, (size_t)s.n_presentations * s.n_steps + 1);
    read_into(file, s.unit, s.offset.back());
    return s;
}

struct Layer
{
    int n, n_rows;
    real decay;
    std::vector<real> w, elig, v, polarity, gain;
    std::vector<real> x;  // pre traces, inputs first, then labels
    std::vector<int32_t> count, fired, active;

    Layer(int n_neurons, int n_rows_, std::vector<float> initial)
        : n(n_neurons), n_rows(n_rows_), decay(std::exp(-1 / TAU_MS)),
          w(initial.begin(), initial.end()), elig(w.size()), v(n), polarity(n), gain(n),
          x(n_rows_), count(n), fired(n)
    {
        for (int j = 0; j < n; j++)
            polarity[j] = j % 2 ? -1 : 1;
    }

    void start()
    {
        std::fill(v.begin(), v.end(), 0);
        std::fill(x.begin(), x.end(), 0);
        std::fill(count.begin(), count.end(), 0);
        active.clear();
    }

    int decay_and_fire()
    {
        int n_fired = 0;
        for (int j = 0; j < n; j++)
            v[j] = std::max(v[j], FLOOR) * decay;
        for (int j = 0; j < n; j++)
        {
            fired[n_fired] = j;
            n_fired += v[j] > 1;
        }
        return n_fired;
    }

    void receive(int row)
    {
        const real *__restrict weights = &w[(size_t)row * n];
        real *__restrict potential = v.data();
        for (int j = 0; j < n; j++)
            potential[j] += weights[j];
    }

    // Only rows with a trace, only columns that fired.
    void tag(int n_fired)
    {
        if (n_fired == 0)
            return;
        for (int32_t row : active)
        {
            real *__restrict e = &elig[(size_t)row * n];
            const real trace = x[row];
            for (int f = 0; f < n_fired; f++)
                e[fired[f]] += trace;
        }
    }

    void trace(int row)
    {
        if (x[row] == 0)
            active.push_back(row);
        x[row] += 1;
    }

    void reset(int n_fired)
    {
        for (int f = 0; f < n_fired; f++)
        {
            v[fired[f]] -= 1;
            count[fired[f]]++;
        }
    }

    real goodness() const
    {
        real sum = 0;
        for (int j = 0; j < n; j++)
            sum += polarity[j] * count[j] * count[j];
        return sum / n;
    }

    void consolidate(int phase)
    {
        const real modulator = phase / (1 + std::exp(phase * ALPHA * goodness()));
        for (int j = 0; j < n; j++)
            gain[j] = ETA * modulator * polarity[j];
        for (int32_t row : active)
            update_row(&w[(size_t)row * n], &elig[(size_t)row * n]);
    }

    void update_row(real *__restrict weights, real *__restrict e)
    {
        for (int j = 0; j < n; j++)
        {
            const real changed = weights[j] + gain[j] * e[j];
            weights[j] = std::min(std::max(changed, -W_MAX), W_MAX);
            e[j] = 0;
        }
    }
};

int present(Layer &layer, const Spikes &s, int presentation)
{
    int n_spikes = 0;
    const int label_row = s.n_inputs + s.label[presentation];
    layer.start();
    for (int step = 0; step < s.n_steps; step++)
    {
        const size_t at = (size_t)presentation * s.n_steps + step;
        const int32_t *first = &s.unit[s.offset[at]], *last = &s.unit[s.offset[at + 1]];
        const int n_fired = layer.decay_and_fire();
        for (const int32_t *unit = first; unit != last; unit++)
            layer.receive(*unit);
        layer.receive(label_row);
        layer.tag(n_fired);
        for (const int32_t *unit = first; unit != last; unit++)
            layer.trace(*unit);
        layer.trace(label_row);
        layer.reset(n_fired);
        n_spikes += n_fired;
    }
    layer.consolidate(s.phase[presentation]);
    return n_spikes;
}

std::vector<float> read_weights(const char *path, size_t n)
{
    std::vector<float> weights;
    std::ifstream file(path, std::ios::binary);
    read_into(file, weights, n);
    if (!file)
    {
        std::fprintf(stderr, "%s does not hold %zu weights\n", path, n);
        std::exit(2);
    }
    return weights;
}

// Processor time: what else the machine does must not count.
double cpu_milliseconds()
{
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * 1e3 + now.tv_nsec * 1e-6;
}

int main(int argc, char **argv)
{
    if (argc < 4)
    {
        std::fprintf(stderr, "usage: kernel SPIKES WEIGHTS N_NEURONS [OUTPUT]\n");
        return 2;
    }
    const Spikes spikes = read_spikes(argv[1]);
    const int n = std::atoi(argv[3]), n_rows = spikes.n_inputs + spikes.n_labels;
    Layer layer(n, n_rows, read_weights(argv[2], (size_t)n * n_rows));
    std::vector<int32_t> n_spikes(spikes.n_presentations);
    std::vector<double> milliseconds(spikes.n_presentations);
    for (int p = 0; p < spikes.n_presentations; p++)
    {
        const double start = cpu_milliseconds();
        n_spikes[p] = present(layer, spikes, p);
        milliseconds[p] = cpu_milliseconds() - start;
    }
    double total = 0, post = 0;
    for (double ms : milliseconds)
        total += ms;
    for (int count : n_spikes)
        post += count;
    if (argc > 4)
    {
        std::vector<double> weights(layer.w.begin(), layer.w.end());
        std::ofstream out(argv[4], std::ios::binary);
        out.write((char *)weights.data(), weights.size() * sizeof(double));
        out.write((char *)n_spikes.data(), n_spikes.size() * sizeof(int32_t));
    }
    std::sort(milliseconds.begin(), milliseconds.end());
    std::printf("{\"variant\": \"kernel\", \"ms_per_presentation\": %.6f, "
                "\"median_ms_per_presentation\": %.6f, \"post_spikes_per_presentation\": "
                "%.2f}\n",
                total / spikes.n_presentations, milliseconds[milliseconds.size() / 2],
                post / spikes.n_presentations);
}
