"""What every build system's `hits` has to do: `python -m unittest test_hits`."""

import sys
import sysconfig
import threading
import unittest

import hits

THREADS = 4
ADDS = 50_000


class Hits(unittest.TestCase):
    """The same tests for every wheel."""

    def test_adds_up(self):
        before = hits.total()
        hits.add(3)
        hits.add(-1)
        self.assertEqual(hits.total() - before, 2)

    def test_threads_lose_no_add(self):
        before = hits.total()
        start = threading.Barrier(THREADS)

        def work():
            start.wait()
            for _ in range(ADDS):
                hits.add(1)

        threads = [threading.Thread(target=work) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(hits.total() - before, THREADS * ADDS)

    def test_the_import_leaves_the_gil_off(self):
        self.assertEqual(sys._is_gil_enabled(), not sysconfig.get_config_var("Py_GIL_DISABLED"))


if __name__ == "__main__":
    unittest.main()
