// About what a section of a clone turns.
#pragma once

#include "lanes.hpp"

namespace rghpc {

// Which of the two senses of a principal axis is taken.
enum class AxisSense {
    first_component,     // the first component that is not negligible is positive
    largest_projection,  // the direction farthest from the mean along it (the first of several) is
                         // on the positive side
};

// The principal axis of the directions from `origin` to points: that of their greatest variance
// about their mean. Points at the origin, or that are no numbers, do not count. (1, 0, 0) where
// there is no direction, or all are equal.
Vector3 principal_axis(const PointPack* begin, const PointPack* end, const Vector3& origin,
                       AxisSense sense);

}  // namespace rghpc
