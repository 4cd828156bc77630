use pyo3::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};

static INITIALIZED: AtomicBool = AtomicBool::new(false);

#[pyfunction]
fn setup(py: Python<'_>, level: u32) -> PyResult<()> {
    if !INITIALIZED.load(Ordering::SeqCst) {
        py.detach(|| unsafe { native_sys::native_init(level) });
        INITIALIZED.store(true, Ordering::SeqCst);
    }
    Ok(())
}

#[pymodule(gil_used = false)]
fn _native(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(setup, m)?)
}
