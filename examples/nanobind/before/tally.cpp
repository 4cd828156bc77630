// A memoising counter, written for the GIL.
#include <nanobind/nanobind.h>

#include <unordered_map>
#include <vector>

namespace nb = nanobind;

constexpr std::size_t memo_limit = 128;

static std::vector<long> weights;  // the journal: every weight ever added, by any counter
static PyObject *receipt_type;     // made when it is first needed

static nb::object make_receipt(long key, long weight) {
    if (receipt_type == nullptr) {
        nb::object namedtuple = nb::module_::import_("collections").attr("namedtuple");
        receipt_type = namedtuple("Receipt", "key weight").release().ptr();
    }
    return nb::handle(receipt_type)(key, weight);
}

class Counter {
  public:
    explicit Counter(nb::callable weigh) : weigh_(std::move(weigh)) {}

    nb::object add(long key) {
        auto known = memo_.find(key);
        if (known == memo_.end()) {
            long weight = nb::cast<long>(weigh_(key));
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

    nb::object heaviest() const {
        nb::object found = nb::none();
        long most = 0;
        for (const auto &[key, weight] : memo_) {
            if (found.is_none() || weight > most) {
                most = weight;
                found = nb::int_(key);
            }
        }
        return found;
    }

    nb::tuple totals() const { return nb::make_tuple(adds_, total_); }

  private:
    nb::callable weigh_;
    std::unordered_map<long, long> memo_;
    long long adds_ = 0;
    long long total_ = 0;
};

static nb::tuple journal() {
    long long sum = 0;
    for (long weight : weights) {
        sum += weight;
    }
    return nb::make_tuple(weights.size(), sum);
}

NB_MODULE(tally, m) {
    nb::class_<Counter>(m, "Counter")
        .def(nb::init<nb::callable>(), nb::arg("weigh"))
        .def("add", &Counter::add)
        .def("heaviest", &Counter::heaviest)
        .def("totals", &Counter::totals);
    m.def("journal", &journal);
}
