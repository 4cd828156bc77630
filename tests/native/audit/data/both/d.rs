use pyo3::prelude::*;
use std::cell::{RefCell, Cell};
#[pyclass(unsendable)]
struct A { v: RefCell<i32> }  // another thread gets an exception, on both builds
static mut N: u32 = 0;  //> static-state fix
static S: std::sync::Mutex<u32> = std::sync::Mutex::new(0);  // a lock around it
thread_local! { static T: RefCell<u32> = RefCell::new(0); }  // each thread has its own
lazy_static::lazy_static! { static ref L: std::sync::Mutex<u32> = Default::default(); }
struct W(*mut u8);
unsafe impl Sync for W {}  //> unsafe-sync look
#[pymethods]
impl A { fn go(&mut self) {} }  //> pyo3-mut-self look
#[pyfunction]
fn h(py: Python<'_>) { let g = S.lock().unwrap(); py.import("x"); }  //> native-lock look
