// What the machine can do in the type and at the width that networks use, and three
// neurons written by hand for it.  `machine figures` prints rates, `machine lif 500 20000`
// the nanoseconds that one neuron takes for one step.  Every time is the best of several.
#include "arithmetic.h"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

typedef std::vector<float> Floats;
static volatile float kept;

static double processor_nanoseconds() {
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return 1e9 * now.tv_sec + now.tv_nsec;
}

template <typename Work> double best_nanoseconds(int repetitions, Work work) {
    double best = 1e300;
    for (int k = 0; k < repetitions; k++) {
        const double begin = processor_nanoseconds();
        work();
        best = std::min(best, processor_nanoseconds() - begin);
    }
    return best;
}

// Bytes read and written in a nanosecond by a copy of `bytes` bytes.
double copying(size_t bytes) {
    Floats from(bytes / 4, 1.0f), to(bytes / 4);
    float *__restrict target = to.data(), *__restrict source = from.data();
    const int turns = std::max<size_t>(1, (64u << 20) / bytes);
    const double taken = best_nanoseconds(7, [&] {
        for (int turn = 0; turn < turns; turn++) {
            for (size_t k = 0; k < bytes / 4; k++) target[k] = source[k] + 1.0f;
            asm volatile("" ::"r"(to.data()) : "memory");
        }
    });
    kept = to[to.size() / 2];
    return 2.0 * bytes * turns / taken;
}

double multiplying_and_adding() {
    const int lanes = 96, turns = 200000;  // twelve independent vectors of eight
    Floats sum(lanes, 1.0f);
    float *__restrict s = sum.data();
    const double taken = best_nanoseconds(7, [&] {
        float local[lanes];
        std::copy(s, s + lanes, local);
        for (int turn = 0; turn < turns; turn++)
            for (int k = 0; k < lanes; k++) local[k] = local[k] * 0.999f + 0.001f;
        std::copy(local, local + lanes, s);
    });
    kept = sum[0];
    return (double)lanes * turns / taken;
}

double exponentials() {
    const int n = 2048, turns = 200;
    Floats x(n), y(n);
    for (int k = 0; k < n; k++) x[k] = -8.0f + 16.0f * k / n;
    const double taken = best_nanoseconds(7, [&] {
        for (int turn = 0; turn < turns; turn++) {
            for (int k = 0; k < n; k++) y[k] = _typed_exp(x[k]);
            asm volatile("" ::"r"(y.data()) : "memory");
        }
    });
    kept = y[n / 2];
    return (double)n * turns / taken;
}

struct Neurons {
    int n;
    Floats v, a, b, c, d, e;
    std::vector<int> spikes;
    explicit Neurons(int n_, float rest)
        : n(n_), v(n_, rest), a(n_), b(n_), c(n_), d(n_), e(n_), spikes(n_ + 1) {}
    template <typename Reset> void threshold(float limit, Reset reset) {
        int count = 0, above = 0;
        for (int k = 0; k < n; k++) above += v[k] > limit;
        if (above == 0) return;
        for (int k = 0; k < n; k++) {
            spikes[count] = k;
            count += v[k] > limit;
        }
        for (int j = 0; j < count; j++) reset(spikes[j]);
    }
};

void lif(Neurons &p, int steps) {
    const float decay = std::exp(-1.0f / 50), rest = -65e-3f * (1 - decay);
    for (int step = 0; step < steps; step++) {
        float *__restrict v = p.v.data(), *__restrict input = p.a.data();
#pragma GCC ivdep
        for (int k = 0; k < p.n; k++) {
            const float u = rest + decay * v[k] + 15e-3f * input[k];
            v[k] = u < -80e-3f ? -80e-3f : u;
            input[k] = 0;
        }
        p.threshold(-50e-3f, [&](int k) { v[k] -= 15e-3f; });
    }
}

void adex(Neurons &p, int steps) {
    const float dt = 0.5e-3f, C = 281e-12f, g = 30e-9f, rest = -70.6e-3f, v_T = -50.4e-3f, slope = 2e-3f;
    for (int step = 0; step < steps; step++) {
        float *__restrict v = p.v.data(), *__restrict w = p.a.data(), *__restrict s = p.b.data();
#pragma GCC ivdep
        for (int k = 0; k < p.n; k++) {
            const float u = v[k], upstroke = g * slope * _typed_exp((u - v_T) / slope);
            v[k] = std::max(-90e-3f, u + dt / C * (g * (rest - u) + upstroke - w[k] + s[k]));
            w[k] += dt / 144e-3f * (4e-9f * (u - rest) - w[k]);
            s[k] -= dt / 5e-3f * s[k];
        }
        p.threshold(-40.4e-3f, [&](int k) { v[k] = rest; w[k] += 80.5e-12f; });
    }
}

inline float relaxed(float x, float opening, float closing, float dt) {
    const float total = opening + closing, limit = opening / total;
    return limit + (x - limit) * _typed_exp(-dt * total);
}

void hodgkin_huxley(Neurons &p, int steps) {
    const float dt = 0.05f, g = 10e-9f, Na = 20e-6f, K = 6e-6f, C = 200e-12f;  // gates: ms, mV
    for (int step = 0; step < steps; step++) {
        float *__restrict v = p.v.data(), *__restrict m = p.a.data(), *__restrict h = p.b.data();
        float *__restrict n = p.c.data(), *__restrict x = p.d.data(), *__restrict y = p.e.data();
#pragma GCC ivdep
        for (int k = 0; k < p.n; k++) {
            const float u = v[k] * 1e3f + 56.2f;
            const float m3 = m[k] * m[k] * m[k], n2 = n[k] * n[k];
            const float G = g + Na * m3 * h[k] + K * n2 * n2 + x[k] + y[k];
            const float E = g * -65e-3f + Na * m3 * h[k] * 50e-3f - K * n2 * n2 * 90e-3f - y[k] * 80e-3f;
            m[k] = relaxed(m[k], 1.28f / _typed_exprel((13 - u) / 4), 1.4f / _typed_exprel((u - 40) / 5), dt);
            h[k] = relaxed(h[k], 0.128f * _typed_exp((17 - u) / 18), 4 / (1 + _typed_exp((40 - u) / 5)), dt);
            n[k] = relaxed(n[k], 0.16f / _typed_exprel((15 - u) / 5), 0.5f * _typed_exp((10 - u) / 40), dt);
            v[k] = E / G + (v[k] - E / G) * _typed_exp(-dt * 1e-3f * G / C);
            x[k] *= 0.990f;
            y[k] *= 0.995f;
        }
        p.threshold(-20e-3f, [](int) {});
    }
}

int main(int count, char **words) {
    const std::string what = count > 1 ? words[1] : "figures";
    if (what == "figures") {
        std::printf("{\"layer\": %g, \"cache\": %g, \"memory\": %g, ", copying(16u << 10), copying(2u << 20),
                    copying(256u << 20));
        std::printf("\"multiply_adds\": %g, \"exponentials\": %g}\n", multiplying_and_adding(), exponentials());
        return 0;
    }
    if (count < 4) return 2;
    const int n = std::atoi(words[2]), steps = std::atoi(words[3]);
    Neurons neurons(n, what == "adex" ? -70.6e-3f : -65e-3f);
    const auto run = what == "lif" ? lif : what == "adex" ? adex : hodgkin_huxley;
    const double taken = best_nanoseconds(5, [&] { run(neurons, steps); });
    kept = neurons.v[0];
    std::printf("{\"nanoseconds\": %g}\n", taken / n / steps);
}
