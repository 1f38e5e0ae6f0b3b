// Edges grouped by connection: by their pair of source and target.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rghpc {

// The ids of the ends of edges.
struct EdgeEnds {
    const std::int64_t* source;
    const std::int64_t* target;
    std::ptrdiff_t count;
};

// Whether edges come by target, and those of a target by source.
bool are_grouped(const EdgeEnds& edges);

// Writes the edges' numbers in the order of target, source and number.
//
// Radix sort of the differences to the least ids, the least significant digit first; by comparisons
// where they and a number do not fit into 64 bits.
void sort_edges(const EdgeEnds& edges, std::int64_t* order);

// Number of connections of edges in an order that groups them; that of the edges if it is null.
std::ptrdiff_t count_connections(const EdgeEnds& edges, const std::int64_t* order);

// Writes the ends of each of `count` connections and, with one number more, where in the order its
// edges begin.
void list_connections(const EdgeEnds& edges, const std::int64_t* order, std::ptrdiff_t count,
                      std::int64_t* source, std::int64_t* target, std::int64_t* offsets);

}  // namespace rghpc
