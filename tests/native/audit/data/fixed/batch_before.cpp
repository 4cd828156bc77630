#include <pybind11/pybind11.h>
#include <vector>
class Batch {
public:
    void add(double value) {
        pybind11::gil_scoped_release others;
        values.push_back(value);
    }
    double sum() {
        pybind11::gil_scoped_release others;
        double total = 0;
        for (double one : values) total += one;
        return total;
    }
private:
    std::vector<double> values;
};
