#include "connections.hpp"

#include <algorithm>
#include <memory>
#include <numeric>
#include <tuple>
#include <vector>

namespace rghpc {

namespace {

constexpr int MAX_DIGIT_BITS = 11;  // counts of all digits stay in the nearest cache

int bits_of(std::uint64_t value) {
    int bits = 0;
    for (; value != 0; value >>= 1) ++bits;
    return bits;
}

// The ids from the least to the greatest, as numbers from 0.
struct IdRange {
    std::int64_t least, greatest;

    IdRange(const std::int64_t* ids, std::ptrdiff_t count) : least(ids[0]), greatest(ids[0]) {
        for (std::ptrdiff_t i = 1; i < count; ++i) {
            least = std::min(least, ids[i]);
            greatest = std::max(greatest, ids[i]);
        }
    }
    std::uint64_t number(std::int64_t id) const {
        return static_cast<std::uint64_t>(id) - static_cast<std::uint64_t>(least);
    }
    int bits() const { return bits_of(number(greatest)); }
};

// Sorts keys by the bits from `low` on, of which there are `bits`; equal ones keep their order.
void radix_sort(std::uint64_t*& keys, std::uint64_t*& spare, std::ptrdiff_t count, int low,
                int bits) {
    const int passes = (bits + MAX_DIGIT_BITS - 1) / MAX_DIGIT_BITS;
    if (passes == 0) return;
    const int digit_bits = (bits + passes - 1) / passes;
    const std::ptrdiff_t n_digits = std::ptrdiff_t{1} << digit_bits;
    const std::uint64_t mask = static_cast<std::uint64_t>(n_digits) - 1;
    std::vector<std::ptrdiff_t> places(static_cast<std::size_t>(passes * n_digits));
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        std::uint64_t rest = keys[i] >> low;
        for (int pass = 0; pass < passes; ++pass, rest >>= digit_bits) {
            ++places[static_cast<std::size_t>(pass * n_digits) + (rest & mask)];
        }
    }
    for (int pass = 0; pass < passes; ++pass) {
        std::ptrdiff_t* const place = places.data() + pass * n_digits;
        const int shift = low + pass * digit_bits;
        if (place[(keys[0] >> shift) & mask] == count) continue;  // all have the same digit
        std::exclusive_scan(place, place + n_digits, place, std::ptrdiff_t{0});
        for (std::ptrdiff_t i = 0; i < count; ++i) {
            spare[place[(keys[i] >> shift) & mask]++] = keys[i];
        }
        std::swap(keys, spare);
    }
}

void sort_by_comparison(const EdgeEnds& edges, std::int64_t* order) {
    std::iota(order, order + edges.count, std::int64_t{0});
    std::sort(order, order + edges.count, [&](std::int64_t a, std::int64_t b) {
        return std::tuple(edges.target[a], edges.source[a], a) <
               std::tuple(edges.target[b], edges.source[b], b);
    });
}

// Edges one after another, in an order or as they are.
template <bool IS_ORDERED>
struct EdgeSequence {
    const EdgeEnds& edges;
    const std::int64_t* order;

    std::int64_t edge(std::ptrdiff_t place) const { return IS_ORDERED ? order[place] : place; }

    // Whether an edge but the first one has other ends than the one before it. Without a branch: no
    // processor foresees how many edges a connection has.
    bool changes(std::ptrdiff_t place) const {
        const std::int64_t now = edge(place), before = edge(place - 1);
        return (edges.source[now] != edges.source[before]) |
               (edges.target[now] != edges.target[before]);
    }

    std::ptrdiff_t count_connections() const {
        std::ptrdiff_t count = edges.count > 0;
        for (std::ptrdiff_t i = 1; i < edges.count; ++i) count += changes(i);
        return count;
    }

    void list_connections(std::ptrdiff_t count, std::int64_t* source, std::int64_t* target,
                          std::int64_t* offsets) const {
        offsets[count] = edges.count;
        // what is no connection's first edge is written over by the next one's
        for (std::ptrdiff_t i = 0, connection = 0; connection < count; ++i) {
            source[connection] = edges.source[edge(i)];
            target[connection] = edges.target[edge(i)];
            offsets[connection] = i;
            connection += i == 0 || changes(i);
        }
    }
};

}  // namespace

bool are_grouped(const EdgeEnds& edges) {
    for (std::ptrdiff_t i = 1; i < edges.count; ++i) {
        if (edges.target[i] < edges.target[i - 1] ||
            (edges.target[i] == edges.target[i - 1] && edges.source[i] < edges.source[i - 1])) {
            return false;
        }
    }
    return true;
}

void sort_edges(const EdgeEnds& edges, std::int64_t* order) {
    if (edges.count == 0) return;
    const IdRange sources(edges.source, edges.count), targets(edges.target, edges.count);
    const int number_bits = bits_of(static_cast<std::uint64_t>(edges.count) - 1);
    const int source_bits = sources.bits(), target_bits = targets.bits();
    if (number_bits + source_bits + target_bits > 63) return sort_by_comparison(edges, order);
    const std::unique_ptr<std::uint64_t[]> space(
        new std::uint64_t[2 * static_cast<std::size_t>(edges.count)]);
    std::uint64_t *keys = space.get(), *spare = keys + edges.count;
    for (std::ptrdiff_t i = 0; i < edges.count; ++i) {
        const std::uint64_t pair =
            targets.number(edges.target[i]) << source_bits | sources.number(edges.source[i]);
        keys[i] = pair << number_bits | static_cast<std::uint64_t>(i);
    }
    radix_sort(keys, spare, edges.count, number_bits, source_bits + target_bits);
    const std::uint64_t mask = (std::uint64_t{1} << number_bits) - 1;
    for (std::ptrdiff_t i = 0; i < edges.count; ++i) {
        order[i] = static_cast<std::int64_t>(keys[i] & mask);
    }
}

std::ptrdiff_t count_connections(const EdgeEnds& edges, const std::int64_t* order) {
    return order == nullptr ? EdgeSequence<false>{edges, order}.count_connections()
                            : EdgeSequence<true>{edges, order}.count_connections();
}

void list_connections(const EdgeEnds& edges, const std::int64_t* order, std::ptrdiff_t count,
                      std::int64_t* source, std::int64_t* target, std::int64_t* offsets) {
    if (order == nullptr) {
        EdgeSequence<false>{edges, order}.list_connections(count, source, target, offsets);
    } else {
        EdgeSequence<true>{edges, order}.list_connections(count, source, target, offsets);
    }
}

}  // namespace rghpc
