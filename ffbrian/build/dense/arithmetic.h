// Elementary functions for loops over neurons, in the type of their argument.
//
// In float32 a loop calls the vector functions of the C library (libmvec of glibc on
// x86-64, at most 4 units in the last place) where there are any, and otherwise the
// scalar ones; nothing branches.  In float64 every function is the exact scalar one.
#ifndef FFBRIAN_ARITHMETIC_H
#define FFBRIAN_ARITHMETIC_H

#include <cmath>
#include <cstdint>
#include <cstdlib>

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
// What glibc itself declares, but only under -ffinite-math-only.
#define FFBRIAN_VECTOR __attribute__((__simd__("notinbranch")))
extern "C" {
FFBRIAN_VECTOR float expf(float) noexcept;
FFBRIAN_VECTOR float logf(float) noexcept;
FFBRIAN_VECTOR float powf(float, float) noexcept;
FFBRIAN_VECTOR float sinf(float) noexcept;
FFBRIAN_VECTOR float cosf(float) noexcept;
#if __GLIBC_PREREQ(2, 35)
FFBRIAN_VECTOR float tanf(float) noexcept;
FFBRIAN_VECTOR float tanhf(float) noexcept;
FFBRIAN_VECTOR float sinhf(float) noexcept;
FFBRIAN_VECTOR float coshf(float) noexcept;
FFBRIAN_VECTOR float log10f(float) noexcept;
FFBRIAN_VECTOR float log1pf(float) noexcept;
FFBRIAN_VECTOR float expm1f(float) noexcept;
#endif
}
#endif

#define FFBRIAN_ELEMENTARY(name)                                                             \
    static inline float _typed_##name(float x) { return std::name(x); }                      \
    static inline double _typed_##name(double x) { return std::name(x); }                    \
    template <typename T> static inline double _typed_##name(T x) { return std::name((double)x); }

FFBRIAN_ELEMENTARY(exp)
FFBRIAN_ELEMENTARY(log)
FFBRIAN_ELEMENTARY(log10)
FFBRIAN_ELEMENTARY(log1p)
FFBRIAN_ELEMENTARY(expm1)
FFBRIAN_ELEMENTARY(sqrt)
FFBRIAN_ELEMENTARY(sin)
FFBRIAN_ELEMENTARY(cos)
FFBRIAN_ELEMENTARY(tan)
FFBRIAN_ELEMENTARY(sinh)
FFBRIAN_ELEMENTARY(cosh)
FFBRIAN_ELEMENTARY(tanh)
#undef FFBRIAN_ELEMENTARY

// (exp(x) - 1)/x.  Near 0, where the difference cancels, its power series up to x^7.
static inline float _typed_exprel(float x) {
    const float series =
        1 + x * (1.0f / 2 + x * (1.0f / 6 + x * (1.0f / 24 + x * (1.0f / 120 +
        x * (1.0f / 720 + x * (1.0f / 5040 + x * (1.0f / 40320)))))));
    const float quotient = (std::exp(x) - 1) / x;
    return std::fabs(x) < 0.5f ? series : quotient;
}
template <typename T> static inline double _typed_exprel(T value) {
    const double x = value;
    if (std::fabs(x) < 1e-16) return 1.0;
    return x > 717 ? INFINITY : std::expm1(x) / x;
}

// A constant whole exponent becomes products.
static inline float _typed_pow(float x, int32_t n) { return __builtin_powif(x, n); }
template <typename X, typename Y> static inline auto _typed_pow(X x, Y y) -> decltype(std::pow(x, y)) {
    return std::pow(x, y);
}

// Steps in a time, as a floating-point number: conversion to 64-bit integers has no vector instruction.
static inline double _typed_timestep(double t, double dt) { return std::floor((t + 1e-3 * dt) / dt); }

#endif
