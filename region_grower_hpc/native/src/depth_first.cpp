#include "depth_first.hpp"

#include <cmath>

#include "failures.hpp"

namespace rghpc {

namespace {

// Of numpy.isclose, in float32 as numpy computes it there.
constexpr float RTOL = 1e-05f, ATOL = 1e-08f;

bool is_close(float value, float expected) {
    return std::fabs(value - expected) <= ATOL + RTOL * std::fabs(expected);
}

int section_with(const Morphology& morphology, const Point& point) {
    for (std::size_t i = 0; i < morphology.sections.size(); ++i) {
        const Section& section = morphology.sections[i];
        for (int row = section.first; row < section.stop; ++row) {
            const Point& other = morphology.points[row];
            if (is_close(other.x, point.x) && is_close(other.y, point.y) &&
                is_close(other.z, point.z)) {
                return static_cast<int>(i);
            }
        }
    }
    throw GrowthRetry("ValueError", "no section has the apical point, which is not finite");
}

}  // namespace

Morphology depth_first(const std::vector<FinishedSection>& finished, std::vector<int>& wanted) {
    const int count = static_cast<int>(finished.size());
    std::vector<std::vector<int>> children(count);
    std::vector<int> waiting;
    std::size_t n_points = 0;
    for (int i = count; i-- > 0;) {
        n_points += finished[i].points.size();
        if (finished[i].parent < 0) {
            waiting.push_back(i);
        } else {
            children[finished[i].parent].push_back(i);
        }
    }
    Morphology morphology;
    morphology.points.reserve(n_points);
    morphology.diameters.assign(n_points, 1.0f);
    morphology.sections.reserve(count);
    morphology.children.resize(count);
    std::vector<int> numbers(count);
    // the first one is on top; children were gathered from the last to the first, too
    while (!waiting.empty()) {
        const int i = waiting.back();
        waiting.pop_back();
        const FinishedSection& section = finished[i];
        const int number = static_cast<int>(morphology.sections.size());
        numbers[i] = number;
        const int first = static_cast<int>(morphology.points.size());
        morphology.points.insert(morphology.points.end(), section.points.begin(),
                                 section.points.end());
        const int parent = section.parent < 0 ? -1 : numbers[section.parent];
        morphology.sections.push_back(
            {first, static_cast<int>(morphology.points.size()), section.type, parent});
        if (parent >= 0) morphology.children[parent].push_back(number);
        waiting.insert(waiting.end(), children[i].begin(), children[i].end());
    }
    for (int& section : wanted) {
        if (section >= 0) section = section_with(morphology, finished[section].points.back());
    }
    return morphology;
}

}  // namespace rghpc
