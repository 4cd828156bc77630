#include <pybind11/pybind11.h>
#include <functional>
#include <vector>
namespace py = pybind11;

namespace {
std::vector<std::function<void(int)>> g_observers;
}

void add_observer(std::function<void(int)> observer) {
    g_observers.emplace_back(std::move(observer));
}

void notify(int event) {
    for (const auto &observer : g_observers) {
        observer(event);
    }
}

PYBIND11_MODULE(_events, m, py::mod_gil_not_used()) {
    m.def("add_observer", &add_observer);
    m.def("notify", &notify);
}
