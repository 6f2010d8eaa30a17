// Where in an array something holds: neurons that spike, rows that are not silent.
//
// 64 values at a time become 64 bits, so that nothing branches where nothing holds.
#ifndef FFBRIAN_PLACES_H
#define FFBRIAN_PLACES_H

#include <cstdint>
#include <cstring>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "ffbrian's search for spikes needs a little-endian processor"
#endif

namespace ffbrian {

const int block_size = 64;

// Append `start` plus the places of those of 64 bytes that are 1 (the others are 0) to a list; its new length.
static inline int32_t append_places(const char *holds, int32_t start, int32_t *places, int32_t count) {
    uint64_t bits = 0, word;
    for (int k = 0; k < block_size; k += 8) {
        std::memcpy(&word, holds + k, 8);
        bits |= (word * 0x0102040810204080ull >> 56) << k;  // one bit of each byte
    }
    for (; bits != 0; bits &= bits - 1)  // clears the lowest bit
        places[count++] = start + __builtin_ctzll(bits);
    return count;
}

// The places of the values that are not 0; how many there are.
template <typename T> static inline int32_t places_of(const T *values, int32_t n, int32_t *places) {
    int32_t count = 0;
    for (int32_t start = 0; start < n; start += block_size) {
        char holds[block_size] = {};
        if (start + block_size <= n)  // a whole block is one vectorised loop
            for (int k = 0; k < block_size; k++) holds[k] = values[start + k] != 0;
        else
            for (int k = 0; k < n - start; k++) holds[k] = values[start + k] != 0;
        count = append_places(holds, start, places, count);
    }
    return count;
}

}  // namespace ffbrian
#endif
