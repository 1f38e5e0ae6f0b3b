// Convex hull of points in a plane, in the order of scipy.spatial.ConvexHull(points).vertices.
//
// Importing scipy.spatial costs 0.3 s of CPU a process, a hull here some microseconds. The order
// (counterclockwise, from a start that depends on how Qhull came to its hull) decides the order
// of the points in the file, so the construction goes through the same states as Qhull's.
#pragma once

#include <functional>
#include <vector>

namespace rghpc {

struct PlanePoint {
    double x = 0.0, y = 0.0;
};

enum class HullOutcome {
    found,
    no_area,   // fewer than 3 points, or all with the same x: scipy raises QhullError
    undecided  // so nearly degenerate that Qhull may merge edges, or fail: ask scipy
};

// Indices of the vertices go to `vertices`. Points that are not finite are undecided.
//
// Undecided are sets in which a point lies within roundoff (some 4 * 10^-16 of the largest
// coordinate) of the line through two hull vertices just when Qhull joins it to them, or that are
// flatter than 10^-4 of their width. Duplicates of vertices and points on edges are no problem.
// Source: Barber, Dobkin, Huhdanpaa, "The quickhull algorithm for convex hulls", ACM TOMS 22
// (1996); order of operations of Qhull 2020.2 (8.0.2) with scipy's option Qt.
HullOutcome convex_hull(const std::vector<PlanePoint>& points, std::vector<int>& vertices);

// Asked for the hull of undecided sets, from any thread; gives no vertices where Qhull fails.
using HullFallback = std::function<std::vector<int>(const std::vector<PlanePoint>&)>;
void set_hull_fallback(HullFallback fallback);  // once, before any cell is grown

// Indices of the vertices. Throws GrowthRetry("NeuroTSError") where there is no hull,
// GrowthRetry("ValueError") for NaN, as NeuroTS with scipy does.
std::vector<int> hull_vertices(const std::vector<PlanePoint>& points);

}  // namespace rghpc
