// Random stretching of the sections of a clone.
#pragma once

#include "clone_points.hpp"

namespace rghpc {

// Stretches each section about its first point, by the factor of its number; its descendants follow
// its end. Writes x, y, z into rows of x, y, z and the diameter; points are float64 until then.
//
// A section that begins where its parent ends does so afterwards, too, to the last bit. Factors of
// 1 leave every bit. Definition: section scaling of neuroc (neuroc.scale.scale_morphology).
void stretch_clone(const CloneSections& sections, const double* factors, const ClonePoints& points,
                   float* rows);

}  // namespace rghpc
