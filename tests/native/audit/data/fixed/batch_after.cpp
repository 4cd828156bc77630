#include <pybind11/pybind11.h>
#include <mutex>
#include <vector>
class Batch {
public:
    void add(double value) {
        pybind11::gil_scoped_release others;
        std::lock_guard<std::mutex> hold(guard);
        values.push_back(value);
    }
    double sum() {
        pybind11::gil_scoped_release others;
        std::lock_guard<std::mutex> hold(guard);
        double total = 0;
        for (double one : values) total += one;
        return total;
    }
private:
    std::mutex guard;
    std::vector<double> values;
};
