// A memoising counter; every method may be called from any thread, on shared counters.
//
// nb::ft_mutex is a lock in the free-threaded build and nothing at all in the other,
// where the GIL does their work. So the sections below must not run Python code: the GIL could change
// hands there.
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>

#include <optional>
#include <unordered_map>
#include <vector>

namespace nb = nanobind;

constexpr std::size_t memo_limit = 128;

static nb::ft_mutex weights_lock;
static std::vector<long> weights;  // the journal: every weight ever added, by any counter

// A bound type is made at import, once, by one thread: nothing left to be lazy about.
struct Receipt {
    long key;
    long weight;
};

class Counter {
  public:
    explicit Counter(nb::callable weigh) : weigh_(std::move(weigh)) {}

    Receipt add(long key) {
        std::optional<long> known = look_up(key);
        long weight = known ? *known : nb::cast<long>(weigh_(key));  // foreign code: under no lock
        {
            nb::ft_lock_guard held(weights_lock);
            weights.push_back(weight);
        }
        nb::ft_lock_guard held(lock_);
        if (!known) {
            if (memo_.size() >= memo_limit) {
                memo_.clear();
            }
            memo_.emplace(key, weight);
        }
        adds_ += 1;
        total_ += weight;
        return {key, weight};
    }

    std::optional<long> heaviest() const {
        std::optional<long> found;
        long most = 0;
        nb::ft_lock_guard held(lock_);
        for (const auto &[key, weight] : memo_) {
            if (!found || weight > most) {
                most = weight;
                found = key;
            }
        }
        return found;
    }

    nb::tuple totals() const {
        long long adds, total;
        {
            nb::ft_lock_guard held(lock_);
            adds = adds_;
            total = total_;
        }
        return nb::make_tuple(adds, total);
    }

  private:
    std::optional<long> look_up(long key) const {
        nb::ft_lock_guard held(lock_);
        auto found = memo_.find(key);
        return found == memo_.end() ? std::nullopt : std::optional<long>(found->second);
    }

    nb::callable weigh_;
    mutable nb::ft_mutex lock_;  // held for the three below
    std::unordered_map<long, long> memo_;
    long long adds_ = 0;
    long long total_ = 0;
};

static nb::tuple journal() {
    long long sum = 0;
    std::size_t length;
    {
        nb::ft_lock_guard held(weights_lock);
        length = weights.size();
        for (long weight : weights) {
            sum += weight;
        }
    }
    return nb::make_tuple(length, sum);
}

NB_MODULE(tally, m) {
    nb::class_<Receipt>(m, "Receipt").def_ro("key", &Receipt::key).def_ro("weight", &Receipt::weight);
    nb::class_<Counter>(m, "Counter")
        .def(nb::init<nb::callable>(), nb::arg("weigh"))
        .def("add", &Counter::add)
        .def("heaviest", &Counter::heaviest)
        .def("totals", &Counter::totals);
    m.def("journal", &journal);
}
