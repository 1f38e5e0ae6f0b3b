// Lengths and sums with the bits that numpy gives them.
#pragma once

#include <cmath>
#include <vector>

#include "morphology.hpp"

namespace rghpc {

// numpy.sum of a contiguous array: eight partial sums for up to 128 values, halves beyond.
// Source: pairwise summation of numpy's add.reduce; it decides the last bits in float32.
template <class Number>
Number pairwise_sum(const Number* values, std::size_t count) {
    constexpr std::size_t WIDTH = 8, BLOCK = 128;
    if (count > BLOCK) {
        const std::size_t half = count / 2 - count / 2 % WIDTH;
        return pairwise_sum(values, half) + pairwise_sum(values + half, count - half);
    }
    Number sum = 0;
    std::size_t next = 0;
    if (count >= WIDTH) {
        Number part[WIDTH];
        for (; next < WIDTH; ++next) part[next] = values[next];
        for (; next < count - count % WIDTH; next += WIDTH) {
            for (std::size_t i = 0; i < WIDTH; ++i) part[i] += values[next + i];
        }
        sum = ((part[0] + part[1]) + (part[2] + part[3])) +
              ((part[4] + part[5]) + (part[6] + part[7]));
    }
    for (; next < count; ++next) sum += values[next];
    return sum;
}

template <class Number>
Number pairwise_sum(const std::vector<Number>& values) {
    return pairwise_sum(values.data(), values.size());
}

// Squares of the coordinates of a segment, in float32 as numpy has them.
inline Point squared_segment(const Point& from, const Point& to) {
    const float x = to.x - from.x, y = to.y - from.y, z = to.z - from.z;
    return {x * x, y * y, z * z};
}

// numpy.linalg.norm(segments, axis=1).
inline float segment_length_um(const Point& from, const Point& to) {
    const Point squared = squared_segment(from, to);
    return std::sqrt((squared.x + squared.y) + squared.z);
}

// One length a segment.
inline std::vector<float> segment_lengths_um(const Morphology& neuron, const Section& section) {
    std::vector<float> lengths_um;
    lengths_um.reserve(section.size());
    for (int i = section.first + 1; i < section.stop; ++i) {
        lengths_um.push_back(segment_length_um(neuron.points[i - 1], neuron.points[i]));
    }
    return lengths_um;
}

}  // namespace rghpc
