// Connections, and what columns of edges amount to in their pathways.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "bindings.hpp"
#include "column_bins.hpp"
#include "column_measures.hpp"
#include "connections.hpp"
#include "cross_moments.hpp"
#include "numpy_arrays.hpp"

namespace py = pybind11;

namespace rghpc {

namespace {

using Longs = py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>;
using Bools = py::array_t<bool, py::array::c_style | py::array::forcecast>;

static_assert(sizeof(bool) == 1, "booleans are read as bytes");

void check_vector(const py::array& array, const char* name) {
    if (array.ndim() != 1) throw py::value_error(std::string(name) + " must have one dimension");
}

void check_size(const py::array& array, py::ssize_t size, const char* name) {
    check_vector(array, name);
    if (array.shape(0) != size) {
        throw py::value_error(std::string(name) + " must have " + std::to_string(size) +
                              " values");
    }
}

py::tuple group_connections(const Longs& source, const Longs& target) {
    check_vector(source, "sources");
    check_size(target, source.size(), "targets");
    const EdgeEnds edges{source.data(), target.data(), source.size()};
    std::optional<Longs> order;
    bool is_grouped;
    {
        const py::gil_scoped_release released;
        is_grouped = are_grouped(edges);
    }
    if (!is_grouped) order = Longs(edges.count);
    std::int64_t* const own_order = order ? order->mutable_data() : nullptr;
    std::ptrdiff_t count;
    {
        const py::gil_scoped_release released;
        if (own_order != nullptr) sort_edges(edges, own_order);
        count = count_connections(edges, own_order);
    }
    Longs sources(count), targets(count), offsets(count + 1);
    std::int64_t* const data[] = {sources.mutable_data(), targets.mutable_data(),
                                  offsets.mutable_data()};
    {
        const py::gil_scoped_release released;
        list_connections(edges, own_order, count, data[0], data[1], data[2]);
    }
    return py::make_tuple(sources, targets, offsets, order);
}

// The arguments that all measures share, checked; their arrays stay the caller's.
ConnectionEdges edges_of(py::ssize_t n_edges, const Longs& offsets,
                         const std::optional<Longs>& order, const Ints& pathway,
                         const std::optional<Bools>& used, int n_pathways) {
    check_vector(pathway, "pathways");
    const py::ssize_t count = pathway.size();
    check_size(offsets, count + 1, "offsets");
    if (n_pathways < 0) throw py::value_error("the number of pathways must not be negative");
    const std::int64_t* const begin = offsets.data();
    if (begin[0] != 0 || begin[count] != n_edges || !std::is_sorted(begin, begin + count + 1)) {
        throw py::value_error("offsets must ascend from 0 to the number of edges");
    }
    if (order) {
        check_size(*order, n_edges, "the order");
        const std::int64_t* const first = order->data();
        std::uint64_t greatest = 0;
        for (py::ssize_t i = 0; i < n_edges; ++i) {
            greatest = std::max(greatest, static_cast<std::uint64_t>(first[i]));
        }
        if (n_edges > 0 && greatest >= static_cast<std::uint64_t>(n_edges)) {
            throw py::value_error("the order must have numbers of edges");
        }
    }
    if (used) check_size(*used, count, "what is used");
    std::int32_t greatest = -1;
    for (py::ssize_t i = 0; i < count; ++i) greatest = std::max(greatest, pathway.data()[i]);
    if (greatest >= n_pathways) {
        throw py::value_error("pathways must be less than " + std::to_string(n_pathways));
    }
    return {count,
            begin,
            order ? order->data() : nullptr,
            pathway.data(),
            used ? reinterpret_cast<const unsigned char*>(used->data()) : nullptr,
            n_pathways};
}

// Calls visit with a column's data in its own type.
template <class Visit>
auto in_own_type(const py::array& column, Visit visit) {
    check_vector(column, "a column");
    const py::dtype type = column.dtype();
    const bool is_plain = (column.flags() & py::array::c_style) != 0 &&
                          type.attr("isnative").cast<bool>();
    const auto data = [&](auto example) {
        return static_cast<const decltype(example)*>(column.data());
    };
    if (is_plain && type.kind() == 'f') {
        if (type.itemsize() == 4) return visit(data(float{}));
        if (type.itemsize() == 8) return visit(data(double{}));
    } else if (is_plain && type.kind() == 'i') {
        if (type.itemsize() == 1) return visit(data(std::int8_t{}));
        if (type.itemsize() == 2) return visit(data(std::int16_t{}));
        if (type.itemsize() == 4) return visit(data(std::int32_t{}));
        if (type.itemsize() == 8) return visit(data(std::int64_t{}));
    } else if (is_plain && type.kind() == 'u') {
        if (type.itemsize() == 1) return visit(data(std::uint8_t{}));
        if (type.itemsize() == 2) return visit(data(std::uint16_t{}));
        if (type.itemsize() == 4) return visit(data(std::uint32_t{}));
        if (type.itemsize() == 8) return visit(data(std::uint64_t{}));
    }
    throw py::value_error(
        "a column must be contiguous, of float32, float64 or integers of this machine");
}

// One array of a number of each pathway.
template <class To, class T, class Read>
py::array_t<To> each(const std::vector<PathwayMeasures<T>>& all, Read read) {
    py::array_t<To> numbers(static_cast<py::ssize_t>(all.size()));
    To* to = numbers.mutable_data();
    for (const PathwayMeasures<T>& measures : all) *to++ = static_cast<To>(read(measures));
    return numbers;
}

template <class T>
void put_sums(py::dict& to, const std::vector<PathwayMeasures<T>>& all, const std::string& kind,
              TwoPartSums PathwayMeasures<T>::*sums) {
    const auto put = [&](const std::string& name, Twofold TwoPartSums::*part, int k) {
        to[py::str(name)] = each<double>(all, [&](const auto& m) { return (m.*sums.*part)[k]; });
    };
    put("sum_" + kind, &TwoPartSums::high, 0);
    put("sum_" + kind + "_low", &TwoPartSums::low, 0);
    put("square_" + kind, &TwoPartSums::high, 1);
    put("square_" + kind + "_low", &TwoPartSums::low, 1);
}

template <class T>
void put_unique(py::dict& to, const std::vector<PathwayMeasures<T>>& all) {
    std::vector<std::int64_t> offsets{0}, n_all, n_first;
    std::vector<double> values;
    for (const PathwayMeasures<T>& measures : all) {
        for (const UniqueValues::Entry& entry : measures.unique.ascending()) {
            values.push_back(entry.value);
            n_all.push_back(entry.n_all);
            n_first.push_back(entry.n_first);
        }
        offsets.push_back(static_cast<std::int64_t>(values.size()));
    }
    const auto array = [](const std::vector<std::int64_t>& own) {
        return Longs(static_cast<py::ssize_t>(own.size()), own.data());
    };
    to["unique_offsets"] = array(offsets);
    to["unique_values"] = Doubles(static_cast<py::ssize_t>(values.size()), values.data());
    to["unique_count_all"] = array(n_all);
    to["unique_count_first"] = array(n_first);
    to["overflow"] = each<std::uint8_t>(all, [](const auto& m) { return m.unique.is_overflown(); });
}

template <class T>
py::dict measures_of(const std::vector<PathwayMeasures<T>>& all) {
    // Adding 0 leaves one zero of two.
    const auto number_or_nan = [](T value, bool is_any) {
        return is_any ? static_cast<double>(value) + 0.0 : std::numeric_limits<double>::quiet_NaN();
    };
    using Measures = PathwayMeasures<T>;
    py::dict to;
    to["n_all"] = each<std::int64_t>(all, [](const Measures& m) { return m.n_all; });
    to["n_first"] = each<std::int64_t>(all, [](const Measures& m) { return m.n_first; });
    to["n_non_finite"] = each<std::int64_t>(all, [](const Measures& m) { return m.n_non_finite; });
    to["n_connections_used"] =
        each<std::int64_t>(all, [](const Measures& m) { return m.n_connections; });
    to["min"] =
        each<double>(all, [&](const Measures& m) { return number_or_nan(m.min, m.n_all > 0); });
    to["max"] =
        each<double>(all, [&](const Measures& m) { return number_or_nan(m.max, m.n_all > 0); });
    to["lowest"] =
        each<double>(all, [&](const Measures& m) { return number_or_nan(m.lowest, m.has_any); });
    to["highest"] =
        each<double>(all, [&](const Measures& m) { return number_or_nan(m.highest, m.has_any); });
    put_sums(to, all, "all", &Measures::all);
    put_sums(to, all, "first", &Measures::first);
    to["is_shared"] = each<std::uint8_t>(all, [](const Measures& m) { return !m.is_mixed; });
    put_unique(to, all);
    return to;
}

py::dict measure(const py::array& values, const Longs& offsets, const std::optional<Longs>& order,
                 const Ints& pathway, const std::optional<Bools>& used, int n_pathways,
                 std::size_t max_unique) {
    const ConnectionEdges edges =
        edges_of(values.size(), offsets, order, pathway, used, n_pathways);
    return in_own_type(values, [&](auto data) {
        const auto measures = [&] {
            const py::gil_scoped_release released;
            return measure_column(data, edges, max_unique);
        }();
        return measures_of(measures);
    });
}

Longs bin(const py::array& values, const Longs& offsets, const std::optional<Longs>& order,
          const Ints& pathway, const std::optional<Bools>& used, const Bools& first_only,
          const Doubles& bin_edges) {
    if (bin_edges.ndim() != 2 || bin_edges.shape(1) < 2 ||
        bin_edges.shape(0) > std::numeric_limits<int>::max()) {
        throw py::value_error("edges of bins must be rows of two or more");
    }
    const int n_pathways = static_cast<int>(bin_edges.shape(0));
    const py::ssize_t n_bins = bin_edges.shape(1) - 1;
    const ConnectionEdges edges =
        edges_of(values.size(), offsets, order, pathway, used, n_pathways);
    check_size(first_only, n_pathways, "first_only");
    Longs counts({static_cast<py::ssize_t>(n_pathways), n_bins});
    std::int64_t* const own_counts = counts.mutable_data();
    std::fill(own_counts, own_counts + counts.size(), 0);
    const auto* const is_first = reinterpret_cast<const unsigned char*>(first_only.data());
    in_own_type(values, [&](auto data) {
        const py::gil_scoped_release released;
        bin_column(data, edges, is_first, bin_edges.data(), n_bins, own_counts);
    });
    return counts;
}

py::dict moments_of(const MomentSums& sums, py::ssize_t n_columns) {
    const py::ssize_t n_pathways = static_cast<py::ssize_t>(sums.counts.size());
    const std::vector<py::ssize_t> rows{n_pathways, n_columns};
    const std::vector<py::ssize_t> pairs{n_pathways, n_columns, n_columns};
    py::dict to;
    to["count"] = Longs(n_pathways, sums.counts.data());
    to["sums"] = Doubles(rows, sums.sums.data());
    to["sums_low"] = Doubles(rows, sums.sums_low.data());
    to["products"] = Doubles(pairs, sums.products.data());
    to["products_low"] = Doubles(pairs, sums.products_low.data());
    return to;
}

py::tuple moments(const std::vector<Doubles>& columns, const Longs& offsets,
                  const std::optional<Longs>& order, const Ints& pathway,
                  const std::optional<Bools>& used, int n_pathways) {
    if (columns.empty()) throw py::value_error("there must be columns");
    check_vector(columns[0], "a column");
    const py::ssize_t n_edges = columns[0].size();
    std::vector<const double*> data;
    for (const Doubles& column : columns) {
        check_size(column, n_edges, "each column");
        data.push_back(column.data());
    }
    const ConnectionEdges edges = edges_of(n_edges, offsets, order, pathway, used, n_pathways);
    const CrossMoments both = [&] {
        const py::gil_scoped_release released;
        return cross_moments(data, edges);
    }();
    const py::ssize_t n_columns = static_cast<py::ssize_t>(columns.size());
    return py::make_tuple(moments_of(both.all, n_columns), moments_of(both.first, n_columns));
}

}  // namespace

void bind_connections(py::module_& module) {
    module.def("group_connections", &group_connections, py::arg("source_ids"),
               py::arg("target_ids"));
    module.def("measure_column", &measure, py::arg("values"), py::arg("offsets"), py::arg("order"),
               py::arg("pathway"), py::arg("used"), py::arg("n_pathways"), py::arg("max_unique"));
    module.def("bin_column", &bin, py::arg("values"), py::arg("offsets"), py::arg("order"),
               py::arg("pathway"), py::arg("used"), py::arg("first_only"), py::arg("edges"));
    module.def("cross_moments", &moments, py::arg("columns"), py::arg("offsets"), py::arg("order"),
               py::arg("pathway"), py::arg("used"), py::arg("n_pathways"));
}

}  // namespace rghpc
