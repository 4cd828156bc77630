#include <nanobind/nanobind.h>
#include <memory>
#include <mutex>
#include <vector>
namespace nb = nanobind;

class Spline {
public:
    explicit Spline(std::vector<double> knots) : knots_(std::move(knots)) {}

    double evaluate(double x) const {
        std::call_once(solved_, [this] {
            coefficients_ = std::make_unique<std::vector<double>>(solve(knots_));
        });
        return horner(*coefficients_, x);
    }

private:
    std::vector<double> knots_;
    mutable std::once_flag solved_;
    mutable std::unique_ptr<std::vector<double>> coefficients_;
};

NB_MODULE(_spline, m) {
    nb::class_<Spline>(m, "Spline").def("__call__", &Spline::evaluate);
}
