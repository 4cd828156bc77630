use pyo3::prelude::*;
use std::sync::Mutex;

#[pyclass(frozen)]
struct Log {
    lines: Mutex<Vec<String>>,
}

#[pymethods]
impl Log {
    fn write(&self, line: String) {
        self.lines.lock().unwrap().push(line)
    }
}
