#include "storable.hpp"

#include <algorithm>
#include <vector>

namespace rghpc {

namespace {

// Sections in the order in which they are stored.
std::vector<int> stored_sections(const Morphology& neuron) {
    std::vector<int> roots = neuron.roots();
    std::stable_sort(roots.begin(), roots.end(), [&](int a, int b) {
        return neuron.sections[a].type < neuron.sections[b].type;
    });
    std::vector<int> stored;
    stored.reserve(neuron.sections.size());
    for (int root : roots) {
        if (neuron.sections[root].size() == 0) continue;
        const int stop = neuron.subtree_stop(root);
        for (int i = root; i < stop; ++i) stored.push_back(i);
    }
    return stored;
}

}  // namespace

Morphology without_deleted(const Morphology& neuron) {
    Morphology kept;
    kept.soma = neuron.soma;
    std::vector<int> numbers(neuron.sections.size(), -1);
    for (std::size_t i = 0; i < neuron.sections.size(); ++i) {
        Section section = neuron.sections[i];
        if (section.size() == 0) continue;
        numbers[i] = static_cast<int>(kept.sections.size());
        const int first = static_cast<int>(kept.points.size());
        kept.points.insert(kept.points.end(), neuron.points.begin() + section.first,
                           neuron.points.begin() + section.stop);
        kept.diameters.insert(kept.diameters.end(), neuron.diameters.begin() + section.first,
                              neuron.diameters.begin() + section.stop);
        if (section.parent >= 0) {
            section.parent = numbers[section.parent];
            kept.children[section.parent].push_back(numbers[i]);
        }
        kept.sections.push_back({first, first + section.size(), section.type, section.parent});
        kept.children.emplace_back();
    }
    return kept;
}

std::pair<std::size_t, std::size_t> storable_size(const Morphology& neuron) {
    std::size_t n_points = neuron.soma.size(), n_sections = 1;
    for (const Section& section : neuron.sections) {
        n_points += section.size();
        n_sections += section.size() > 0;
    }
    return {n_points, n_sections};
}

void write_storable(const Morphology& neuron, float* points, int32_t* structure) {
    const auto put = [&points](const Point& point, float diameter) {
        for (float value : {point.x, point.y, point.z, diameter}) *points++ = value;
    };
    const auto describe = [&structure](int first, int type, int parent) {
        for (int value : {first, type, parent}) *structure++ = value;
    };
    for (const Point& point : neuron.soma) put(point, 0.0f);
    describe(0, SOMA, -1);
    int row = static_cast<int>(neuron.soma.size());
    std::vector<int> numbers(neuron.sections.size(), 0);
    int number = 0;
    for (int i : stored_sections(neuron)) {
        const Section& section = neuron.sections[i];
        numbers[i] = ++number;
        describe(row, section.type, section.parent < 0 ? 0 : numbers[section.parent]);
        for (int k = section.first; k < section.stop; ++k) {
            put(neuron.points[k], neuron.diameters[k]);
        }
        row += section.size();
    }
}

}  // namespace rghpc
