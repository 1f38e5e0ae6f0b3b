// Sums of the products of several columns of edges, by pathway.
#pragma once

#include <cstdint>
#include <vector>

#include "connection_edges.hpp"

namespace rghpc {

// Sums of one kind of rows: of each column, and of each product of two columns (row-major, all
// pairs), for each pathway, each in two parts.
struct MomentSums {
    std::vector<std::int64_t> counts;            // (pathways,) rows
    std::vector<double> sums, sums_low;          // (pathways, columns)
    std::vector<double> products, products_low;  // (pathways, columns, columns)
};

struct CrossMoments {
    MomentSums all;    // edges of used connections whose values are all numbers
    MomentSums first;  // the first such edge of each used connection
};

CrossMoments cross_moments(const std::vector<const double*>& columns, const ConnectionEdges& edges);

}  // namespace rghpc
