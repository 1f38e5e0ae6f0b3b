// Lets the caller of a long computation stop it: a time limit, or Ctrl-C.
#pragma once

namespace rghpc {

// Called now and then from within growth; throws to stop it. The bindings set it to a look at
// Python's signals, which nobody else can see while a kernel runs.
inline void (*interruption_check)() = nullptr;

inline void allow_interruption() {
    if (interruption_check != nullptr) interruption_check();
}

}  // namespace rghpc
