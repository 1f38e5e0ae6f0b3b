#include "jitter_direction.hpp"

#include <algorithm>
#include <cmath>

#include "jitter_eigenvector.hpp"

namespace rghpc {

namespace {

// Up to this many rows scikit-learn takes a float32 singular value decomposition; above, one that
// starts at unseeded random numbers, for which we compute exactly.
constexpr int FLOAT32_ROWS = 500;

// Column by column; sums are float32, row after row, as numpy.mean takes them. Returns whether all
// are finite.
bool centre(const std::vector<Point>& vectors, std::vector<float>& centred) {
    const int n = static_cast<int>(vectors.size());
    Point mean;
    for (const Point& v : vectors) {
        mean.x += v.x;
        mean.y += v.y;
        mean.z += v.z;
    }
    mean = {mean.x / n, mean.y / n, mean.z / n};
    centred.resize(3 * vectors.size());
    float *x = centred.data(), *y = x + n, *z = y + n;
    for (int i = 0; i < n; ++i) {
        x[i] = vectors[i].x - mean.x;
        y[i] = vectors[i].y - mean.y;
        z[i] = vectors[i].z - mean.z;
    }
    return std::all_of(centred.begin(), centred.end(), [](float v) { return std::isfinite(v); });
}

float sign(double value) { return static_cast<float>((value > 0.0) - (value < 0.0)); }

}  // namespace

Point PrincipalDirection::of(const std::vector<Point>& vectors) {
    const int n = static_cast<int>(vectors.size());
    if (n == 0 || !centre(vectors, centred_)) return {};
    return n <= FLOAT32_ROWS ? by_singular_values(n) : by_covariance(n);
}

Point PrincipalDirection::by_singular_values(int n) {
    // the matrix, the sizes of the results and of the workspace are those of scipy.linalg.svd
    char small[] = "S";
    int m = n, columns = 3, rank = std::min(n, 3), info = 0, query = -1;
    float singular[3], right[9], best_size = 0.0f;
    left_.resize(static_cast<std::size_t>(n) * rank);
    integer_work_.resize(8 * rank);
    sgesdd_(small, &m, &columns, centred_.data(), &m, singular, left_.data(), &m, right, &rank,
            &best_size, &query, integer_work_.data(), &info);
    int size = std::max(1, static_cast<int>(best_size));
    work_.resize(size);
    if (info == 0) {
        sgesdd_(small, &m, &columns, centred_.data(), &m, singular, left_.data(), &m, right, &rank,
                work_.data(), &size, integer_work_.data(), &info);
    }
    if (info != 0) return {};
    const auto farthest =
        std::max_element(left_.begin(), left_.begin() + n,
                         [](float a, float b) { return std::fabs(a) < std::fabs(b); });
    const float sense = sign(*farthest);
    return {right[0] * sense, right[rank] * sense, right[2 * rank] * sense};
}

Point PrincipalDirection::by_covariance(int n) const {
    const float* columns[] = {centred_.data(), centred_.data() + n, centred_.data() + 2 * n};
    Matrix3 variance;
    const auto product = [&](int a, int b) {
        double sum = 0.0;
        for (int i = 0; i < n; ++i) sum += static_cast<double>(columns[a][i]) * columns[b][i];
        return sum;
    };
    for (int row = 0; row < 3; ++row) {
        variance.rows[row] = {product(row, 0), product(row, 1), product(row, 2)};
    }
    const Vector3 direction = main_eigenvector(variance);
    double farthest = 0.0;
    for (int i = 0; i < n; ++i) {
        const double along = dot({columns[0][i], columns[1][i], columns[2][i]}, direction);
        if (std::fabs(along) > std::fabs(farthest)) farthest = along;
    }
    return float32(sign(farthest) * direction);
}

}  // namespace rghpc
