// Linear algebra of matrices with many rows and three columns.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <vector>

#include "lanes.hpp"

namespace rghpc {

using Triple = std::array<double, 3>;
using TripleMatrix = std::array<Triple, 3>;  // column by column

double dot(const Triple& a, const Triple& b);
double norm(const Triple& a);
Triple product(const TripleMatrix& matrix, const Triple& vector);
Triple scaled(const Triple& a, double factor);
Triple scaled(const Triple& a, const Triple& factors);  // component by component
Triple sum(const Triple& a, const Triple& b);
bool is_finite(const Triple& a);

// Rows beyond the last, up to a multiple of four, are 0.
using TallColumn = std::vector<double>;
using TallMatrix = std::array<TallColumn, 3>;

inline std::size_t n_padded(int n_rows) { return (n_rows + LANES - 1) / LANES * LANES; }
RGHPC_IN_LOOPS Lanes load(const double* values) {
    Lanes lanes;
    std::memcpy(&lanes, values, sizeof(lanes));
    return lanes;
}
RGHPC_IN_LOOPS void store(const Lanes& lanes, double* values) {
    std::memcpy(values, &lanes, sizeof(lanes));
}

double dot(const TallColumn& a, const TallColumn& b);

struct Triangle {
    TripleMatrix factor;  // R of the factors QR of a matrix
    Triple right;         // the first rows of Q^T b
};

// By Householder reflections, as LAPACK: rows of very different size keep their digits as there.
// The matrix and b, of at least three rows, are used up.
Triangle triangular(TallMatrix& matrix, TallColumn& b);

struct SingularValues {
    Triple values;         // descending
    TripleMatrix vectors;  // the right ones
    Triple projected;      // each value times its left vector times b
};

// Of QR, and so of R. One-sided Jacobi rotations (Golub and Van Loan, Matrix Computations, 8.6).
SingularValues singular_values(const Triangle& triangle);

}  // namespace rghpc
