#include <atomic>
#include <nanobind/nanobind.h>

static std::atomic<long long> summed{0};

NB_MODULE(hits, m)
{
    m.def("add", [](long long number) { summed += number; });
    m.def("total", [] { return summed.load(); });
}
