//! A memoising counter; every method may be called from any thread, on shared counters.

use std::collections::HashMap;
use std::sync::Mutex;

use pyo3::prelude::*;
use pyo3::sync::{MutexExt, PyOnceLock};

const MEMO_LIMIT: usize = 128;

static JOURNAL: Mutex<Vec<i64>> = Mutex::new(Vec::new()); // every weight ever added, by any counter
static RECEIPT: PyOnceLock<Py<PyAny>> = PyOnceLock::new(); // made when it is first needed

fn make_receipt<'py>(py: Python<'py>, key: i64, weight: i64) -> PyResult<Bound<'py, PyAny>> {
    let receipt = RECEIPT.get_or_try_init(py, || -> PyResult<Py<PyAny>> {
        let namedtuple = py.import("collections")?.getattr("namedtuple")?;
        Ok(namedtuple.call1(("Receipt", "key weight"))?.unbind())
    })?;
    receipt.bind(py).call1((key, weight))
}

#[derive(Default)]
struct State {
    memo: HashMap<i64, i64>,
    adds: i64,
    total: i64,
}

/// Counts keys and adds up their weights; the callback `weigh` is asked at least once per key.
#[pyclass(frozen)] // no &mut self, so nothing is ever "already borrowed"
struct Counter {
    weigh: Py<PyAny>,
    state: Mutex<State>,
}

#[pymethods]
impl Counter {
    #[new]
    fn new(weigh: Py<PyAny>) -> Self {
        Counter { weigh, state: Mutex::default() }
    }

    fn add<'py>(&self, py: Python<'py>, key: i64) -> PyResult<Bound<'py, PyAny>> {
        let known = self.state.lock_py_attached(py).unwrap().memo.get(&key).copied();
        let weight = match known {
            Some(weight) => weight,
            None => self.weigh.bind(py).call1((key,))?.extract()?, // foreign code: under no lock
        };
        JOURNAL.lock_py_attached(py).unwrap().push(weight);
        {
            let mut state = self.state.lock_py_attached(py).unwrap();
            if known.is_none() {
                if state.memo.len() >= MEMO_LIMIT {
                    state.memo.clear();
                }
                state.memo.insert(key, weight);
            }
            state.adds += 1;
            state.total += weight;
        }
        make_receipt(py, key, weight)
    }

    fn heaviest(&self, py: Python<'_>) -> Option<i64> {
        let state = self.state.lock_py_attached(py).unwrap();
        state.memo.iter().max_by_key(|(_, weight)| **weight).map(|(key, _)| *key)
    }

    fn totals(&self, py: Python<'_>) -> (i64, i64) {
        let state = self.state.lock_py_attached(py).unwrap();
        (state.adds, state.total)
    }
}

#[pyfunction]
fn journal(py: Python<'_>) -> (usize, i64) {
    let weights = JOURNAL.lock_py_attached(py).unwrap();
    (weights.len(), weights.iter().sum())
}

#[pymodule(gil_used = false)] // the default since PyO3 0.28, said aloud
fn tally(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<Counter>()?;
    m.add_function(wrap_pyfunction!(journal, m)?)
}
