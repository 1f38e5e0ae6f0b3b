// The distinct values of a pathway, as long as there are few.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace rghpc {

// A hash table with open addressing, never more than half full.
class UniqueValues {
   public:
    struct Entry {
        double value;
        std::int64_t n_all;  // 0: free
        std::int64_t n_first;
    };

    bool is_overflown() const { return is_overflown_; }

    // Counts edges of a value that is a number, and how many of them are their connection's first.
    void add(double value, std::int64_t n_all, std::int64_t n_first, std::size_t max_unique) {
        if (entries_.empty()) grow();
        const double key = value + 0.0;  // one zero for both
        Entry* entry = find(key);
        if (entry->n_all == 0) {
            if (size_ == max_unique) return overflow();
            if (2 * (++size_) > entries_.size()) {
                grow();
                entry = find(key);
            }
            entry->value = key;
        }
        entry->n_all += n_all;
        entry->n_first += n_first;
    }

    std::vector<Entry> ascending() const {
        std::vector<Entry> used;
        for (const Entry& entry : entries_) {
            if (entry.n_all > 0) used.push_back(entry);
        }
        std::sort(used.begin(), used.end(),
                  [](const Entry& a, const Entry& b) { return a.value < b.value; });
        return used;
    }

   private:
    Entry* find(double value) {
        std::uint64_t bits;
        std::memcpy(&bits, &value, sizeof bits);
        const std::size_t mask = entries_.size() - 1;
        std::size_t i = (bits * 0x9E3779B97F4A7C15u) >> shift_;  // 2^64 / golden ratio
        while (entries_[i].n_all != 0 && entries_[i].value != value) i = (i + 1) & mask;
        return &entries_[i];
    }

    void grow() {
        std::vector<Entry> old(entries_.empty() ? 8 : 2 * entries_.size(), Entry{});
        old.swap(entries_);
        shift_ = old.empty() ? 61 : shift_ - 1;
        for (const Entry& entry : old) {
            if (entry.n_all > 0) *find(entry.value) = entry;
        }
    }

    void overflow() {
        is_overflown_ = true;
        std::vector<Entry>().swap(entries_);
    }

    std::vector<Entry> entries_;
    std::size_t size_ = 0;
    int shift_ = 0;  // leaves as many bits as number the entries
    bool is_overflown_ = false;
};

}  // namespace rghpc
