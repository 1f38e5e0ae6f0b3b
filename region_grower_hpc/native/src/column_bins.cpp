#include "column_bins.hpp"

#include <algorithm>
#include <type_traits>
#include <vector>

namespace rghpc {

namespace {

// F: what the values are compared as.
template <class F>
struct Bins {
    const F* edges;  // n_bins + 1
    F first, last, width, n_bins;
    std::int64_t last_bin;
    std::int64_t* counts;

    Bins(const F* own_edges, std::int64_t n, std::int64_t* own_counts)
        : edges(own_edges),
          first(own_edges[0]),
          last(own_edges[n]),
          width(last - first),
          n_bins(static_cast<F>(n)),
          last_bin(n - 1),
          counts(own_counts) {}

    void add(F value) const {
        if (!(value >= first && value <= last)) return;
        const F place = (value - first) / width * n_bins;
        // neither the last edge nor 0 / 0 gets beyond the last bin
        std::int64_t bin =
            place < static_cast<F>(last_bin) ? static_cast<std::int64_t>(place) : last_bin;
        bin -= (value < edges[bin]) & (bin > 0);
        bin += (value >= edges[bin + 1]) & (bin != last_bin);
        ++counts[bin];
    }
};

}  // namespace

template <class T>
void bin_column(const T* values, const ConnectionEdges& edges, const unsigned char* first_only,
                const double* bin_edges, std::int64_t n_bins, std::int64_t* counts) {
    using F = std::conditional_t<std::is_same_v<T, float>, float, double>;
    const std::int64_t n_edges = n_bins + 1;
    const std::vector<F> own_edges(bin_edges, bin_edges + edges.n_pathways * n_edges);
    std::vector<unsigned char> is_binned(edges.n_pathways);
    std::vector<Bins<F>> bins;
    bins.reserve(edges.n_pathways);
    for (int p = 0; p < edges.n_pathways; ++p) {
        const F* const row = own_edges.data() + p * n_edges;
        is_binned[p] = std::all_of(row, row + n_edges, is_number<F>);
        bins.emplace_back(row, n_bins, counts + p * n_bins);
    }
    ConnectionValues<T> connections(values, edges);
    for (std::ptrdiff_t c = 0; c < edges.count; ++c) {
        const std::int32_t p = edges.pathway[c];
        if (p < 0 || !is_binned[p] || !edges.uses(c)) continue;
        std::ptrdiff_t size = edges.size(c);
        const T* own = connections.of(c);
        if (first_only[p]) {
            while (size > 0 && !is_number(*own)) ++own, --size;
            size = std::min<std::ptrdiff_t>(size, 1);
        }
        for (std::ptrdiff_t i = 0; i < size; ++i) bins[p].add(static_cast<F>(own[i]));
    }
}

#define RGHPC_BIN(T)                                                                      \
    template void bin_column(const T*, const ConnectionEdges&, const unsigned char*, \
                             const double*, std::int64_t, std::int64_t*);
RGHPC_BIN(float)
RGHPC_BIN(double)
RGHPC_BIN(std::int8_t)
RGHPC_BIN(std::int16_t)
RGHPC_BIN(std::int32_t)
RGHPC_BIN(std::int64_t)
RGHPC_BIN(std::uint8_t)
RGHPC_BIN(std::uint16_t)
RGHPC_BIN(std::uint32_t)
RGHPC_BIN(std::uint64_t)
#undef RGHPC_BIN

}  // namespace rghpc
