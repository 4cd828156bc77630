//! hits: a total that any thread may add to.

use pyo3::prelude::*;

#[pymodule(gil_used = false)]
mod hits {
    use pyo3::prelude::*;
    use std::sync::atomic::{AtomicI64, Ordering};

    static TOTAL: AtomicI64 = AtomicI64::new(0);

    /// Add a number to the total.
    #[pyfunction]
    fn add(number: i64) {
        TOTAL.fetch_add(number, Ordering::Relaxed);
    }

    /// Return the total.
    #[pyfunction]
    fn total() -> i64 {
        TOTAL.load(Ordering::Relaxed)
    }
}
