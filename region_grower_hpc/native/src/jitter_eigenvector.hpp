// The eigenvector of a symmetric matrix to its greatest eigenvalue.
#pragma once

#include "vector3.hpp"

namespace rghpc {

// A unit vector, of either sense. Jacobi's method (Golub and Van Loan, Matrix Computations, 8.5):
// rotations in the planes xy, xz, yz by turns make the matrix diagonal.
Vector3 main_eigenvector(const Matrix3& symmetric);

}  // namespace rghpc
