// A memoising counter; every method may be called from any thread, on shared counters.
//
// One rule keeps the std::mutexes free of deadlocks: no Python object is touched under them. A thread that
// waits for one stays attached, so whoever holds it must never wait for the interpreter.
#include <pybind11/gil_safe_call_once.h>
#include <pybind11/pybind11.h>

#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace py = pybind11;

constexpr std::size_t memo_limit = 128;

static std::mutex weights_lock;
static std::vector<long> weights;  // the journal: every weight ever added, by any counter

static py::object make_receipt(long key, long weight) {
    PYBIND11_CONSTINIT static py::gil_safe_call_once_and_store<py::object> storage;
    auto &type = storage.call_once_and_store_result([] {
        auto namedtuple = py::module_::import("collections").attr("namedtuple");
        return py::object(namedtuple("Receipt", "key weight"));
    }).get_stored();
    return type(key, weight);
}

class Counter {
  public:
    explicit Counter(py::object weigh) : weigh_(std::move(weigh)) {}

    py::object add(long key) {
        std::optional<long> known = look_up(key);
        long weight = known ? *known : weigh_(key).cast<long>();  // foreign code: under no lock
        {
            std::lock_guard<std::mutex> held(weights_lock);
            weights.push_back(weight);
        }
        {
            std::lock_guard<std::mutex> held(lock_);
            if (!known) {
                if (memo_.size() >= memo_limit) {
                    memo_.clear();
                }
                memo_.emplace(key, weight);
            }
            adds_ += 1;
            total_ += weight;
        }
        return make_receipt(key, weight);
    }

    py::object heaviest() const {
        std::optional<long> found;
        {
            std::lock_guard<std::mutex> held(lock_);
            long most = 0;
            for (const auto &[key, weight] : memo_) {
                if (!found || weight > most) {
                    most = weight;
                    found = key;
                }
            }
        }
        return found ? py::object(py::int_(*found)) : py::none();
    }

    py::tuple totals() const {
        long long adds, total;
        {
            std::lock_guard<std::mutex> held(lock_);
            adds = adds_;
            total = total_;
        }
        return py::make_tuple(adds, total);
    }

  private:
    std::optional<long> look_up(long key) const {
        std::lock_guard<std::mutex> held(lock_);
        auto found = memo_.find(key);
        return found == memo_.end() ? std::nullopt : std::optional<long>(found->second);
    }

    py::object weigh_;
    mutable std::mutex lock_;  // held for the three below
    std::unordered_map<long, long> memo_;
    long long adds_ = 0;
    long long total_ = 0;
};

static py::tuple journal() {
    long long sum = 0;
    std::size_t length;
    {
        std::lock_guard<std::mutex> held(weights_lock);
        length = weights.size();
        for (long weight : weights) {
            sum += weight;
        }
    }
    return py::make_tuple(length, sum);
}

PYBIND11_MODULE(tally, m, py::mod_gil_not_used()) {
    py::class_<Counter>(m, "Counter")
        .def(py::init<py::object>(), py::arg("weigh"))
        .def("add", &Counter::add)
        .def("heaviest", &Counter::heaviest)
        .def("totals", &Counter::totals);
    m.def("journal", &journal);
}
