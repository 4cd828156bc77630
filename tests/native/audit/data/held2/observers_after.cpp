#include <pybind11/pybind11.h>
#include <functional>
#include <mutex>
#include <vector>
namespace py = pybind11;

namespace {
std::mutex g_observers_mutex;
std::vector<std::function<void(int)>> g_observers;
}

void add_observer(std::function<void(int)> observer) {
    std::lock_guard<std::mutex> guard(g_observers_mutex);
    g_observers.emplace_back(std::move(observer));
}

void notify(int event) {
    std::vector<std::function<void(int)>> observers;
    {
        std::lock_guard<std::mutex> guard(g_observers_mutex);
        observers = g_observers;
    }
    for (const auto &observer : observers) {
        observer(event);
    }
}

PYBIND11_MODULE(_events, m, py::mod_gil_not_used()) {
    m.def("add_observer", &add_observer);
    m.def("notify", &notify);
}
