#include "mesh_index.hpp"

#include <algorithm>
#include <numeric>

namespace rghpc {

namespace {

double along(const Vector3& v, int axis) { return axis == 0 ? v.x : axis == 1 ? v.y : v.z; }

int longest_axis(const Box& box) {
    const Vector3 size = box.upper - box.lower;
    if (size.x >= size.y && size.x >= size.z) return 0;
    return size.y >= size.z ? 1 : 2;
}

}  // namespace

MeshIndex::MeshIndex(const std::vector<Box>& boxes) : items_(boxes.size()) {
    std::iota(items_.begin(), items_.end(), 0);
    nodes_.reserve(boxes.size());
    if (!boxes.empty()) build(boxes, 0, static_cast<int>(boxes.size()));
}

void MeshIndex::build(const std::vector<Box>& boxes, int first, int stop) {
    Box box, centers;
    for (int i = first; i < stop; ++i) {
        box.include(boxes[items_[i]]);
        centers.include(boxes[items_[i]].center());
    }
    const std::size_t number = nodes_.size();
    nodes_.push_back({box, first, stop, -1});
    if (stop - first <= LEAF) return;
    const int axis = longest_axis(centers);
    const int middle = first + (stop - first) / 2;
    std::nth_element(items_.begin() + first, items_.begin() + middle, items_.begin() + stop,
                     [&](int a, int b) {
                         return along(boxes[a].center(), axis) < along(boxes[b].center(), axis);
                     });
    build(boxes, first, middle);
    nodes_[number].right = static_cast<int>(nodes_.size());
    build(boxes, middle, stop);
}

}  // namespace rghpc
