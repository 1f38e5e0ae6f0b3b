#include "clone_sections.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace rghpc {

namespace {

[[noreturn]] void refuse(int row, const char* what) {
    throw std::invalid_argument("row " + std::to_string(row) + " of the structure " + what);
}

bool same_place(const float* a, const float* b) {
    return a[0] == b[0] && a[1] == b[1] && a[2] == b[2];
}

}  // namespace

CloneSections clone_sections(const std::int32_t* structure, int n_rows, int n_points) {
    if (n_rows == 0) throw std::invalid_argument("the structure lacks the soma's row");
    if (structure[0] != 0) refuse(0, "is not the soma's");
    CloneSections sections;
    sections.all.reserve(n_rows - 1);
    for (int row = 1; row < n_rows; ++row) {
        const std::int32_t* const values = structure + 3 * static_cast<std::ptrdiff_t>(row);
        // MorphIO's roots have the parent 0, other writers' -1.
        const Section section{values[0], row + 1 < n_rows ? values[3] : n_points, values[1],
                              std::max(values[2], 0) - 1};
        if (section.first < 0) refuse(row, "begins outside of the points");
        if (section.stop <= section.first || section.stop > n_points) refuse(row, "has no points");
        if (values[2] < -1 || !continues_depth_first(sections.all, section.parent)) {
            refuse(row, "does not come depth first");
        }
        sections.all.push_back(section);
    }
    std::vector<int>& stops = sections.subtree_stops;
    stops.resize(sections.count());
    for (int i = sections.count(); i-- > 0;) {
        stops[i] = std::max(stops[i], i + 1);
        const int parent = sections.all[i].parent;
        if (parent >= 0) stops[parent] = std::max(stops[parent], stops[i]);
    }
    return sections;
}

std::vector<int> post_order(const CloneSections& sections) {
    std::vector<int> order, open;
    order.reserve(sections.count());
    for (int i = 0; i < sections.count(); ++i) {
        open.push_back(i);
        while (!open.empty() && sections.subtree_stops[open.back()] == i + 1) {
            order.push_back(open.back());
            open.pop_back();
        }
    }
    return order;
}

std::vector<int> direction_counts(const CloneSections& sections, const float* points) {
    const auto row = [&](int number) { return points + 4 * static_cast<std::ptrdiff_t>(number); };
    std::vector<int> others(sections.count()), null(sections.count());
    for (int i = sections.count(); i-- > 0;) {
        const Section& section = sections.all[i];
        const float* const start = row(section.first);
        others[i] += section.size() - 1;
        for (int k = section.first + 1; k < section.stop; ++k) null[i] += same_place(row(k), start);
        if (section.parent < 0) continue;
        others[section.parent] += others[i];
        // a turn about the same place leaves null vectors null
        if (same_place(start, row(sections.all[section.parent].first))) {
            null[section.parent] += null[i];
        }
    }
    for (int i = 0; i < sections.count(); ++i) others[i] -= null[i];
    return others;
}

}  // namespace rghpc
