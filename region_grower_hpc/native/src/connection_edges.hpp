// What is measured of a column of edges: which edges are a connection's, and its pathway.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace rghpc {

struct ConnectionEdges {
    std::ptrdiff_t count;          // of connections
    const std::int64_t* offsets;   // one more
    const std::int64_t* order;     // of edges; null: as they are
    const std::int32_t* pathway;   // of each connection; negative: left out
    const unsigned char* is_used;  // of each connection; null: all
    int n_pathways;

    std::ptrdiff_t size(std::ptrdiff_t connection) const {
        return offsets[connection + 1] - offsets[connection];
    }
    bool uses(std::ptrdiff_t connection) const {
        return is_used == nullptr || is_used[connection] != 0;
    }
};

template <class T>
bool is_number(T value) {
    if constexpr (std::is_floating_point_v<T>) {
        return std::isfinite(value);
    } else {
        return true;
    }
}

// The values of one connection after another, one behind the other.
template <class T>
class ConnectionValues {
   public:
    ConnectionValues(const T* values, const ConnectionEdges& edges)
        : values_(values), edges_(edges) {}

    // Valid until the next call.
    const T* of(std::ptrdiff_t connection) {
        const std::int64_t begin = edges_.offsets[connection];
        if (edges_.order == nullptr) return values_ + begin;
        const std::ptrdiff_t size = edges_.size(connection);
        make_room(size);
        for (std::ptrdiff_t i = 0; i < size; ++i) own_[i] = values_[edges_.order[begin + i]];
        return own_.data();
    }

    // Leaves out what is no number, and puts how many are left into `size`.
    const T* numbers_among(const T* values, std::ptrdiff_t& size) {
        make_room(size);
        std::ptrdiff_t kept = 0;
        for (std::ptrdiff_t i = 0; i < size; ++i) {
            if (is_number(values[i])) own_[kept++] = values[i];  // never ahead of what is read
        }
        size = kept;
        return own_.data();
    }

   private:
    void make_room(std::ptrdiff_t size) {
        if (static_cast<std::size_t>(size) > own_.size()) own_.resize(size);
    }

    const T* values_;
    const ConnectionEdges& edges_;
    std::vector<T> own_;
};

}  // namespace rghpc
