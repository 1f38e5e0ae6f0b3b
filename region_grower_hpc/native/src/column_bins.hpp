// Histograms of one column of edges, one a pathway.
#pragma once

#include <cstdint>

#include "connection_edges.hpp"

namespace rghpc {

// Adds to the counts, rows of n_bins, the values of the used connections: of all their edges, or of
// the first edge of each whose value is a number. Edges of bins are rows of n_bins + 1; a pathway
// whose row is not all numbers is left out.
//
// A value goes where numpy's histogram (2.0 to 2.4) puts it: into the bin that its distance to the
// first edge leads to, in the arithmetic of the column (float32, else float64), or into one beside
// it if an edge says so. Values beyond the edges are not counted; if all edges are one number, the
// last bin has it.
template <class T>
void bin_column(const T* values, const ConnectionEdges& edges, const unsigned char* first_only,
                const double* bin_edges, std::int64_t n_bins, std::int64_t* counts);

}  // namespace rghpc
