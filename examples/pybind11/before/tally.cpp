// A memoising counter, written for the GIL.
#include <pybind11/pybind11.h>

#include <unordered_map>
#include <vector>

namespace py = pybind11;

constexpr std::size_t memo_limit = 128;

static std::vector<long> weights;  // the journal: every weight ever added, by any counter
static py::object *receipt_type;   // made when it is first needed

static py::object make_receipt(long key, long weight) {
    if (receipt_type == nullptr) {
        auto namedtuple = py::module_::import("collections").attr("namedtuple");
        receipt_type = new py::object(namedtuple("Receipt", "key weight"));
    }
    return (*receipt_type)(key, weight);
}

class Counter {
  public:
    explicit Counter(py::object weigh) : weigh_(std::move(weigh)) {}

    py::object add(long key) {
        auto known = memo_.find(key);
        if (known == memo_.end()) {
            long weight = weigh_(key).cast<long>();
            if (memo_.size() >= memo_limit) {
                memo_.clear();
            }
            known = memo_.emplace(key, weight).first;
        }
        long weight = known->second;
        weights.push_back(weight);
        adds_ += 1;
        total_ += weight;
        return make_receipt(key, weight);
    }

    py::object heaviest() const {
        py::object found = py::none();
        long most = 0;
        for (const auto &[key, weight] : memo_) {
            if (found.is_none() || weight > most) {
                most = weight;
                found = py::int_(key);
            }
        }
        return found;
    }

    py::tuple totals() const { return py::make_tuple(adds_, total_); }

  private:
    py::object weigh_;
    std::unordered_map<long, long> memo_;
    long long adds_ = 0;
    long long total_ = 0;
};

static py::tuple journal() {
    long long sum = 0;
    for (long weight : weights) {
        sum += weight;
    }
    return py::make_tuple(weights.size(), sum);
}

PYBIND11_MODULE(tally, m) {
    py::class_<Counter>(m, "Counter")
        .def(py::init<py::object>(), py::arg("weigh"))
        .def("add", &Counter::add)
        .def("heaviest", &Counter::heaviest)
        .def("totals", &Counter::totals);
    m.def("journal", &journal);
}
