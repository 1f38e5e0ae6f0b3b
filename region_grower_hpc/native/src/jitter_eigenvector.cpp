#include "jitter_eigenvector.hpp"

#include <cmath>
#include <utility>

namespace rghpc {

namespace {

// Convergence is quadratic: a few rounds are enough, more never come to pass.
constexpr int MAX_ROUNDS = 20;

}  // namespace

Vector3 main_eigenvector(const Matrix3& symmetric) {
    double a[3][3], vectors[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    for (int i = 0; i < 3; ++i) {
        const Vector3& row = symmetric.rows[i];
        a[i][0] = row.x;
        a[i][1] = row.y;
        a[i][2] = row.z;
    }
    for (int round = 0; round < MAX_ROUNDS; ++round) {
        if (a[0][1] == 0.0 && a[0][2] == 0.0 && a[1][2] == 0.0) break;
        for (const auto& [p, q] : {std::pair{0, 1}, std::pair{0, 2}, std::pair{1, 2}}) {
            if (a[p][q] == 0.0) continue;
            const double cotangent = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
            const double tangent =
                std::copysign(1.0, cotangent) / (std::fabs(cotangent) + std::hypot(cotangent, 1.0));
            const double cosine = 1.0 / std::hypot(tangent, 1.0), sine = tangent * cosine;
            for (int k = 0; k < 3; ++k) {
                const double left = a[k][p], right = a[k][q];
                a[k][p] = cosine * left - sine * right;
                a[k][q] = sine * left + cosine * right;
            }
            for (int k = 0; k < 3; ++k) {
                const double left = a[p][k], right = a[q][k];
                a[p][k] = cosine * left - sine * right;
                a[q][k] = sine * left + cosine * right;
            }
            a[p][q] = a[q][p] = 0.0;
            for (int k = 0; k < 3; ++k) {
                const double left = vectors[k][p], right = vectors[k][q];
                vectors[k][p] = cosine * left - sine * right;
                vectors[k][q] = sine * left + cosine * right;
            }
        }
    }
    int main = 0;
    for (int i = 1; i < 3; ++i) {
        if (a[i][i] > a[main][main]) main = i;
    }
    return unit({vectors[0][main], vectors[1][main], vectors[2][main]});
}

}  // namespace rghpc
