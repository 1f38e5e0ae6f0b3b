#include "cross_moments.hpp"

#include <algorithm>
#include <cmath>

#include "two_part_sums.hpp"

namespace rghpc {

namespace {

void add(double& high, double& low, double x) {
    const double sum = high + x, taken = sum - high;
    low += (high - (sum - taken)) + (x - taken);
    high = sum;
}

MomentSums no_sums(std::size_t n_pathways, std::size_t n_columns) {
    MomentSums moments;
    moments.counts.resize(n_pathways);
    moments.sums.resize(n_pathways * n_columns);
    moments.sums_low.resize(moments.sums.size());
    moments.products.resize(n_pathways * n_columns * n_columns);
    moments.products_low.resize(moments.products.size());
    return moments;
}

// Products i <= j only.
void add_row(MomentSums& moments, std::size_t pathway, const std::vector<double>& row) {
    const std::size_t n = row.size();
    ++moments.counts[pathway];
    for (std::size_t i = 0; i < n; ++i) {
        add(moments.sums[pathway * n + i], moments.sums_low[pathway * n + i], row[i]);
        for (std::size_t j = i; j < n; ++j) {
            const std::size_t place = (pathway * n + i) * n + j;
            const double product = row[i] * row[j];
            add(moments.products[place], moments.products_low[place], product);
            moments.products_low[place] += product_error(row[i], row[j], product);
        }
    }
}

void settle(std::vector<double>& high, std::vector<double>& low) {
    for (std::size_t i = 0; i < high.size(); ++i) {
        TwoPartSums sums{{high[i], 0.0}, {low[i], 0.0}};
        sums.settle();
        high[i] = sums.high[0];
        low[i] = sums.low[0];
    }
}

void finish(MomentSums& moments, std::size_t n_columns) {
    settle(moments.sums, moments.sums_low);
    settle(moments.products, moments.products_low);
    const std::size_t n = n_columns;
    for (std::size_t pathway = 0; pathway < moments.counts.size(); ++pathway) {
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                const std::size_t to = (pathway * n + i) * n + j, from = (pathway * n + j) * n + i;
                moments.products[to] = moments.products[from];
                moments.products_low[to] = moments.products_low[from];
            }
        }
    }
}

}  // namespace

CrossMoments cross_moments(const std::vector<const double*>& columns,
                           const ConnectionEdges& edges) {
    const std::size_t n_pathways = edges.n_pathways, n_columns = columns.size();
    CrossMoments moments{no_sums(n_pathways, n_columns), no_sums(n_pathways, n_columns)};
    std::vector<double> row(n_columns);
    for (std::ptrdiff_t c = 0; c < edges.count; ++c) {
        if (edges.pathway[c] < 0 || !edges.uses(c)) continue;
        bool is_first = true;
        for (std::int64_t i = edges.offsets[c]; i < edges.offsets[c + 1]; ++i) {
            const std::int64_t edge = edges.order == nullptr ? i : edges.order[i];
            for (std::size_t k = 0; k < n_columns; ++k) row[k] = columns[k][edge];
            if (!std::all_of(row.begin(), row.end(), is_number<double>)) continue;
            add_row(moments.all, edges.pathway[c], row);
            if (is_first) add_row(moments.first, edges.pathway[c], row);
            is_first = false;
        }
    }
    finish(moments.all, n_columns);
    finish(moments.first, n_columns);
    return moments;
}

}  // namespace rghpc
