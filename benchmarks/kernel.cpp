// The default rule of ffbrian, written by hand: the physical yardstick.
//
// Leaky integrate-and-fire neurons with subtractive reset and a floor, driven
// through plastic input and label weights.  A post spike adds the pre traces to
// its eligibilities; at the end of a presentation the modulator
// M = s/(1 + exp(s*alpha*G)), G = mean(p_j a_j^2), turns them into weights.
// Each layer is driven by the spikes of the one below and by the labels.
//
// Build:  g++ -O3 -march=native -ffast-math [-DREAL=double] kernel.cpp -o kernel
// Run:    kernel SPIKES WEIGHTS SIZES N_PRESENTATIONS [OUTPUT]
//
// SIZES: neurons of every layer, such as 500 or 500,500.
// SPIKES (little-endian, written by spikes.py):
//   char[8] "FFSPIKES", int32 n_presentations, n_inputs, n_labels, n_steps,
//   int32 label[n_presentations], int32 phase[n_presentations] (+1, -1, or 0:
//   nothing is learnt), int64 offset[n_presentations*n_steps + 1],
//   int32 unit[offset[last]].
// WEIGHTS: float32, layer after layer (n_rows + n_labels, n_neurons), rows of the
//          labels last.
// OUTPUT:  float64 final weights in the same order.  Prints one line of JSON.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#ifndef REAL
#define REAL float
#endif
typedef REAL real;

const real TAU_MS = 50, TAU_PLUS_MS = 1e5, ETA = 3e-4, ALPHA = 1, FLOOR = -1, W_MAX = 1;

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
    int n, n_rows, n_below, n_fired;
    real decay, trace_decay;
    std::vector<real> w, elig, v, polarity, gain;
    std::vector<real> x;  // pre traces, inputs first, then labels
    std::vector<int32_t> count, fired, active;

    Layer(int n_neurons, int n_below_, int n_labels, const float *initial)
        : n(n_neurons), n_rows(n_below_ + n_labels), n_below(n_below_), n_fired(0),
          decay(std::exp(-1 / TAU_MS)), trace_decay(std::exp(-1 / TAU_PLUS_MS)),
          w(initial, initial + (size_t)n * n_rows), elig(w.size()), v(n), polarity(n),
          gain(n), x(n_rows), count(n), fired(n)
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

    void decay_and_fire()
    {
        n_fired = 0;
        for (int j = 0; j < n; j++)
            v[j] = std::max(v[j], FLOOR) * decay;
        for (int j = 0; j < n; j++)
        {
            fired[n_fired] = j;
            n_fired += v[j] > 1;
        }
    }

    void receive(int row)
    {
        const real *__restrict weights = &w[(size_t)row * n];
        real *__restrict potential = v.data();
        for (int j = 0; j < n; j++)
            potential[j] += weights[j];
    }

    // Only rows with a trace, only columns that fired.
    void tag()
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

    void decay_traces()
    {
        for (int32_t row : active)
            x[row] *= trace_decay;
    }

    void trace(int row)
    {
        if (x[row] == 0)
            active.push_back(row);
        x[row] += 1;
    }

    void reset()
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

// The spikes of one step, from below and of the label, enter a layer.
void transmit(Layer &layer, const int32_t *first, const int32_t *last, int label_row, bool learns)
{
    for (const int32_t *unit = first; unit != last; unit++)
        layer.receive(*unit);
    layer.receive(label_row);
    if (!learns)
        return;
    layer.decay_traces();
    layer.tag();
    for (const int32_t *unit = first; unit != last; unit++)
        layer.trace(*unit);
    layer.trace(label_row);
}

int present(std::vector<Layer> &layers, const Spikes &s, int presentation)
{
    const int phase = s.phase[presentation];
    int n_spikes = 0;
    for (Layer &layer : layers)
        layer.start();
    for (int step = 0; step < s.n_steps; step++)
    {
        const size_t at = (size_t)presentation * s.n_steps + step;
        const int32_t *first = &s.unit[s.offset[at]], *last = &s.unit[s.offset[at + 1]];
        for (Layer &layer : layers)
            layer.decay_and_fire();
        for (Layer &layer : layers)
        {
            transmit(layer, first, last, layer.n_below + s.label[presentation], phase != 0);
            first = layer.fired.data();
            last = first + layer.n_fired;
        }
        for (Layer &layer : layers)
        {
            layer.reset();
            n_spikes += layer.n_fired;
        }
    }
    if (phase != 0)
        for (Layer &layer : layers)
            layer.consolidate(phase);
    return n_spikes;
}

std::vector<Layer> make_layers(const char *weights, std::string sizes, const Spikes &s)
{
    std::vector<Layer> layers;
    std::ifstream file(weights, std::ios::binary);
    int n_below = s.n_inputs;
    for (std::stringstream text(sizes); std::getline(text, sizes, ',');)
    {
        const int n = std::stoi(sizes);
        std::vector<float> initial;
        read_into(file, initial, (size_t)n * (n_below + s.n_labels));
        if (!file)
        {
            std::fprintf(stderr, "%s holds too few weights\n", weights);
            std::exit(2);
        }
        layers.emplace_back(n, n_below, s.n_labels, initial.data());
        n_below = n;
    }
    return layers;
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
    if (argc < 5)
    {
        std::fprintf(stderr, "usage: kernel SPIKES WEIGHTS SIZES N_PRESENTATIONS [OUTPUT]\n");
        return 2;
    }
    const Spikes spikes = read_spikes(argv[1]);
    std::vector<Layer> layers = make_layers(argv[2], argv[3], spikes);
    const int n = std::min(std::atoi(argv[4]), spikes.n_presentations);
    long n_spikes = 0;
    const double start = cpu_milliseconds();
    for (int p = 0; p < n; p++)
        n_spikes += present(layers, spikes, p);
    const double total = cpu_milliseconds() - start;
    if (argc > 5)
    {
        std::ofstream out(argv[5], std::ios::binary);
        for (const Layer &layer : layers)
        {
            std::vector<double> weights(layer.w.begin(), layer.w.end());
            out.write((char *)weights.data(), weights.size() * sizeof(double));
        }
    }
    std::printf("{\"milliseconds\": %.6f, \"layer_spikes\": %.3f}\n", total / n, (double)n_spikes / n);
}
