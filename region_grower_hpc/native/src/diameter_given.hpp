// Parameters that a recipe gives, or the error that asking for them raises.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "failures.hpp"

namespace rghpc {

// The exception that Python raises for a missing or malformed parameter, once it is used: a neurite
// type that does not occur in a neuron may lack its model.
struct Refusal {
    std::string error, message;

    [[noreturn]] void raise() const {
        if (error == "ValueError") throw GrowthRetry(error, message);
        throw GrowthFailure(error, message);
    }
};

template <class Value>
class Given {
   public:
    Given(Value value) : value_(std::move(value)) {}
    Given(Refusal refusal) : refusal_(std::move(refusal)) {}

    // Throws GrowthRetry or GrowthFailure where the recipe does not give the parameter.
    const Value& get() const {
        if (!value_) refusal_.raise();
        return *value_;
    }

   private:
    std::optional<Value> value_;
    Refusal refusal_;
};

}  // namespace rghpc
