// numpy's bit generators as random streams.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>

#include "random_stream.hpp"

namespace rghpc {

// The stream of a numpy.random.BitGenerator, which must be kept alive. Its lock is not taken: a bit
// generator belongs to one cell.
inline RandomStream stream_of(const pybind11::handle& bit_generator,
                              std::int64_t most_rejected = RandomStream::MOST_REJECTED) {
    const pybind11::object capsule = bit_generator.attr("capsule");
    void* bits = PyCapsule_GetPointer(capsule.ptr(), "BitGenerator");
    if (bits == nullptr) throw pybind11::error_already_set();
    return RandomStream(static_cast<bitgen_t*>(bits), most_rejected);
}

}  // namespace rghpc
