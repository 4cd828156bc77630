//! A memoising counter, written for the GIL.
#![allow(static_mut_refs)] // "only the thread with the GIL gets here"

use std::collections::HashMap;

use pyo3::prelude::*;

const MEMO_LIMIT: usize = 128;

static mut JOURNAL: Vec<i64> = Vec::new(); // every weight ever added, by any counter
static mut RECEIPT: Option<Py<PyAny>> = None; // made when it is first needed

fn make_receipt<'py>(py: Python<'py>, key: i64, weight: i64) -> PyResult<Bound<'py, PyAny>> {
    unsafe {
        if RECEIPT.is_none() {
            let namedtuple = py.import("collections")?.getattr("namedtuple")?;
            RECEIPT = Some(namedtuple.call1(("Receipt", "key weight"))?.unbind());
        }
        RECEIPT.as_ref().unwrap().bind(py).call1((key, weight))
    }
}

/// Counts keys and adds up their weights; the callback `weigh` is asked once per key.
#[pyclass]
struct Counter {
    weigh: Py<PyAny>,
    memo: HashMap<i64, i64>,
    adds: i64,
    total: i64,
}

#[pymethods]
impl Counter {
    #[new]
    fn new(weigh: Py<PyAny>) -> Self {
        Counter { weigh, memo: HashMap::new(), adds: 0, total: 0 }
    }

    fn add<'py>(&mut self, py: Python<'py>, key: i64) -> PyResult<Bound<'py, PyAny>> {
        let weight = match self.memo.get(&key) {
            Some(weight) => *weight,
            None => {
                let weight = self.weigh.bind(py).call1((key,))?.extract()?;
                if self.memo.len() >= MEMO_LIMIT {
                    self.memo.clear();
                }
                self.memo.insert(key, weight);
                weight
            }
        };
        unsafe { JOURNAL.push(weight) };
        self.adds += 1;
        self.total += weight;
        make_receipt(py, key, weight)
    }

    fn heaviest(&self) -> Option<i64> {
        self.memo.iter().max_by_key(|(_, weight)| **weight).map(|(key, _)| *key)
    }

    fn totals(&self) -> (i64, i64) {
        (self.adds, self.total)
    }
}

#[pyfunction]
fn journal() -> (usize, i64) {
    unsafe { (JOURNAL.len(), JOURNAL.iter().sum()) }
}

#[pymodule] // since PyO3 0.28 this declares support; a module that needs the GIL says gil_used = true
fn tally(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<Counter>()?;
    m.add_function(wrap_pyfunction!(journal, m)?)
}
