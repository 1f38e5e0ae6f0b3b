// What one column of edges amounts to in each pathway.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "connection_edges.hpp"
#include "two_part_sums.hpp"
#include "unique_values.hpp"

namespace rghpc {

// Of one pathway, values that are no numbers left out. "All" are the edges of the used connections,
// "first" the first edge of each of them.
template <class T>
struct PathwayMeasures {
    TwoPartSums all, first;  // values and squares
    T min{}, max{};          // of all; if n_all > 0
    T lowest{}, highest{};   // of those and of the edges of unused connections; if has_any
    bool has_any = false;
    bool is_mixed = false;  // a used connection has two values
    std::int64_t n_all = 0, n_first = 0, n_non_finite = 0, n_connections = 0;
    UniqueValues unique;
};

// One column, by pathway. Of a pathway with more than max_unique distinct values in the edges of
// the used connections none are kept.
template <class T>
std::vector<PathwayMeasures<T>> measure_column(const T* values, const ConnectionEdges& edges,
                                               std::size_t max_unique);

}  // namespace rghpc
