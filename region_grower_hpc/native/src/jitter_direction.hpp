// The main direction of a cloud of vectors.
#pragma once

#include <vector>

#include "morphology.hpp"

namespace rghpc {

// LAPACK's sgesdd, with 32-bit integers.
using Sgesdd = void (*)(char* jobz, int* m, int* n, float* a, int* lda, float* s, float* u,
                        int* ldu, float* vt, int* ldvt, float* work, int* lwork, int* iwork,
                        int* info);

// The direction of greatest variance, of length 1 within rounding; of its two senses the one in
// which the vector farthest from the mean plane lies. Null for no vector, where LAPACK finds none
// (vectors that are not finite), and for more than 500 equal vectors. The memory is kept between
// calls.
//
// Source: sklearn.decomposition.PCA(n_components=1) of scikit-learn 1.4, as neuroc calls it.
class PrincipalDirection {
   public:
    explicit PrincipalDirection(Sgesdd sgesdd) : sgesdd_(sgesdd) {}

    Point of(const std::vector<Point>& vectors);

   private:
    Point by_singular_values(int n);
    Point by_covariance(int n) const;

    Sgesdd sgesdd_;
    std::vector<float> centred_;  // x of all vectors, then y, then z: as LAPACK stores a matrix
    std::vector<float> left_, work_;
    std::vector<int> integer_work_;
};

}  // namespace rghpc
