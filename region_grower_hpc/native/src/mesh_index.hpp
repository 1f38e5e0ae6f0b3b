// A tree of boxes, by which few of many triangles are looked at.
#pragma once

#include <array>
#include <utility>
#include <vector>

#include "mesh_box.hpp"

namespace rghpc {

// Items are numbers of the boxes given. The tree is balanced, whatever the boxes.
class MeshIndex {
   public:
    explicit MeshIndex(const std::vector<Box>& boxes);

    // Visits the items of all leaves whose box, and those around it, pass a test.
    template <class Passes, class Visit>
    void visit(const Passes& passes, const Visit& visit) const {
        std::array<int, STACK> waiting;
        int count = 0;
        if (!nodes_.empty()) waiting[count++] = 0;
        while (count > 0) {
            const int number = waiting[--count];
            const Node& node = nodes_[number];
            if (!passes(node.box)) continue;
            if (node.is_leaf()) {
                for (int i = node.first; i < node.stop; ++i) visit(items_[i]);
            } else {
                waiting[count++] = node.right;
                waiting[count++] = number + 1;
            }
        }
    }

    // Visits the items of all leaves within a distance of a point, near leaves early. `limit` is
    // its square; `visit` may make it smaller.
    template <class Visit>
    void visit_near(const Vector3& point, const double& limit, const Visit& visit) const {
        std::array<std::pair<double, int>, STACK> waiting;
        int count = 0;
        if (!nodes_.empty()) waiting[count++] = {nodes_[0].box.square_distance(point), 0};
        while (count > 0) {
            const auto [square, number] = waiting[--count];
            if (square > limit) continue;
            const Node& node = nodes_[number];
            if (node.is_leaf()) {
                for (int i = node.first; i < node.stop; ++i) visit(items_[i]);
                continue;
            }
            std::pair<double, int> near{nodes_[number + 1].box.square_distance(point), number + 1};
            std::pair<double, int> far{nodes_[node.right].box.square_distance(point), node.right};
            if (far.first < near.first) std::swap(near, far);
            waiting[count++] = far;
            waiting[count++] = near;
        }
    }

   private:
    struct Node {
        Box box;
        int first, stop;  // range of items of a leaf
        int right;        // second child; the first follows its parent
        bool is_leaf() const { return right < 0; }
    };
    static constexpr int LEAF = 4;
    // more than the levels of a balanced tree of 2^31 items
    static constexpr int STACK = 64;

    void build(const std::vector<Box>& boxes, int first, int stop);

    std::vector<Node> nodes_;
    std::vector<int> items_;
};

}  // namespace rghpc
