#include "column_measures.hpp"

#include <type_traits>

namespace rghpc {

namespace {

template <class T>
RGHPC_IN_LOOPS void add_value(TwoPartSums& sums, T value) {
    const double x = static_cast<double>(value), square = x * x;
    sums.add(Twofold{x, square});
    if constexpr (!HAS_EXACT_PRODUCTS<T>) sums.low[1] += product_error(x, x, square);
}

// The same value so many times.
template <class T>
RGHPC_IN_LOOPS void add_value(TwoPartSums& sums, T value, std::ptrdiff_t times) {
    const double x = static_cast<double>(value), square = x * x, n = static_cast<double>(times);
    sums.add(Twofold{n * x, n * square});
    // What float64 lacks of the products; few edges of short numbers lack nothing.
    if (!HAS_EXACT_PRODUCTS<T> || times > 32) {
        sums.low += Twofold{product_error(n, x, n * x), product_error(n, square, n * square)};
        if constexpr (!HAS_EXACT_PRODUCTS<T>) sums.low[1] += n * product_error(x, x, square);
    }
}

template <class T>
struct Extrema {
    T least, greatest;

    RGHPC_IN_LOOPS void include(T value) {
        least = value < least ? value : least;
        greatest = value > greatest ? value : greatest;
    }
};

// The edges of an unused connection count for one rule only.
template <class T>
RGHPC_IN_LOOPS void widen(PathwayMeasures<T>& measures, const Extrema<T>& own) {
    if (!measures.has_any) {
        measures.has_any = true;
        measures.lowest = own.least;
        measures.highest = own.greatest;
        return;
    }
    if (own.least < measures.lowest) measures.lowest = own.least;
    if (own.greatest > measures.highest) measures.highest = own.greatest;
}

template <class T>
void count_unique(UniqueValues& unique, const T* values, std::ptrdiff_t size, bool is_shared,
                  std::size_t max_unique) {
    if (is_shared) return unique.add(static_cast<double>(values[0]), size, 1, max_unique);
    for (std::ptrdiff_t i = 0; i < size && !unique.is_overflown(); ++i) {
        unique.add(static_cast<double>(values[i]), 1, i == 0, max_unique);
    }
}

// Adds the values of a used connection, at least one; false, and nothing done, if a sum is no
// number afterwards though it must be one.
template <class T>
RGHPC_IN_LOOPS bool add_connection(PathwayMeasures<T>& measures, const T* values,
                                   std::ptrdiff_t size, bool must_be_numbers,
                                   std::size_t max_unique) {
    TwoPartSums sums = measures.all;
    Extrema<T> own{values[0], values[0]};
    bool is_shared = true;
    for (std::ptrdiff_t i = 1; i < size; ++i) is_shared &= values[i] == values[0];
    if (is_shared) {
        add_value(sums, values[0], size);
    } else {
        for (std::ptrdiff_t i = 0; i < size; ++i) {
            add_value(sums, values[i]);
            own.include(values[i]);
        }
    }
    if constexpr (std::is_floating_point_v<T>) {
        if (must_be_numbers && !std::isfinite(sums.high[0])) return false;
    }
    measures.all = sums;
    add_value(measures.first, values[0]);
    if (measures.n_first == 0) {
        measures.min = own.least;
        measures.max = own.greatest;
    }
    if (own.least < measures.min) measures.min = own.least;
    if (own.greatest > measures.max) measures.max = own.greatest;
    widen(measures, own);
    measures.is_mixed |= !is_shared;
    measures.n_all += size;
    ++measures.n_first;
    if (!measures.unique.is_overflown()) {
        count_unique(measures.unique, values, size, is_shared, max_unique);
    }
    return true;
}

}  // namespace

template <class T>
std::vector<PathwayMeasures<T>> measure_column(const T* values, const ConnectionEdges& edges,
                                               std::size_t max_unique) {
    std::vector<PathwayMeasures<T>> all(edges.n_pathways);
    ConnectionValues<T> connections(values, edges);
    for (std::ptrdiff_t c = 0; c < edges.count; ++c) {
        if (edges.pathway[c] < 0) continue;
        PathwayMeasures<T>& measures = all[edges.pathway[c]];
        std::ptrdiff_t size = edges.size(c);
        const T* own = connections.of(c);
        const bool is_used = edges.uses(c);
        measures.n_connections += is_used;
        if (size > 0 && is_used && add_connection(measures, own, size, true, max_unique)) continue;
        const std::ptrdiff_t n_edges = size;
        own = connections.numbers_among(own, size);
        if (is_used) {
            measures.n_non_finite += n_edges - size;
            if (size > 0) add_connection(measures, own, size, false, max_unique);
        } else if (size > 0) {
            Extrema<T> extrema{own[0], own[0]};
            for (std::ptrdiff_t i = 1; i < size; ++i) extrema.include(own[i]);
            widen(measures, extrema);
        }
    }
    for (PathwayMeasures<T>& measures : all) {
        measures.all.settle();
        measures.first.settle();
    }
    return all;
}

#define RGHPC_MEASURE(T)                                                                        \
    template std::vector<PathwayMeasures<T>> measure_column(const T*, const ConnectionEdges&, \
                                                            std::size_t);
RGHPC_MEASURE(float)
RGHPC_MEASURE(double)
RGHPC_MEASURE(std::int8_t)
RGHPC_MEASURE(std::int16_t)
RGHPC_MEASURE(std::int32_t)
RGHPC_MEASURE(std::int64_t)
RGHPC_MEASURE(std::uint8_t)
RGHPC_MEASURE(std::uint16_t)
RGHPC_MEASURE(std::uint32_t)
RGHPC_MEASURE(std::uint64_t)
#undef RGHPC_MEASURE

}  // namespace rghpc
