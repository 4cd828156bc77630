use pyo3::prelude::*;
use std::sync::Once;

static INITIALIZED: Once = Once::new();

#[pyfunction]
fn setup(py: Python<'_>, level: u32) -> PyResult<()> {
    py.detach(|| {
        INITIALIZED.call_once(|| unsafe { native_sys::native_init(level) });
    });
    Ok(())
}

#[pymodule(gil_used = false)]
fn _native(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(setup, m)?)
}
