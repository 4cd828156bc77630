"""What tally promises with one thread; the same for every example: `python -m unittest test_tally`."""

import unittest

import tally


def weigh(key):
    """Weigh a key; the numbers are too large for CPython to share their objects."""
    return 10_000 + 7 * key


class Tally(unittest.TestCase):
    """The interface, from one thread."""

    def test_counts_and_adds_up(self):
        counter = tally.Counter(weigh)
        for key in (1, 2, 1):
            counter.add(key)
        self.assertEqual(counter.totals(), (3, weigh(1) + weigh(2) + weigh(1)))

    def test_receipt_says_what_was_added(self):
        receipt = tally.Counter(weigh).add(5)
        self.assertEqual((receipt.key, receipt.weight), (5, weigh(5)))
        self.assertEqual(type(receipt).__name__, "Receipt")

    def test_receipts_are_independent(self):
        counter = tally.Counter(weigh)
        first, second = counter.add(1), counter.add(2)
        self.assertEqual((first.key, second.key), (1, 2))
        self.assertIs(type(first), type(second))

    def test_asks_the_callback_once_per_key(self):
        asked = []
        counter = tally.Counter(lambda key: asked.append(key) or weigh(key))
        for key in (1, 2, 1, 2):
            counter.add(key)
        self.assertEqual(asked, [1, 2])

    def test_the_memo_has_a_limit(self):
        counter = tally.Counter(weigh)
        for key in range(500):
            counter.add(key)
        for key in range(500):
            self.assertEqual(counter.add(key).weight, weigh(key))

    def test_heaviest_of_what_is_memoised(self):
        counter = tally.Counter(weigh)
        self.assertIsNone(counter.heaviest())
        for key in (3, 9, 4):
            counter.add(key)
        self.assertEqual(counter.heaviest(), 9)

    def test_journal_is_shared_by_all_counters(self):
        adds, weights = tally.journal()
        for _ in range(2):
            tally.Counter(weigh).add(6)
        self.assertEqual(tally.journal(), (adds + 2, weights + 2 * weigh(6)))

    def test_an_error_in_the_callback_counts_nothing(self):
        def refuse(key):
            raise LookupError(key)

        counter = tally.Counter(refuse)
        with self.assertRaises(LookupError):
            counter.add(1)
        self.assertEqual(counter.totals(), (0, 0))


if __name__ == "__main__":
    unittest.main()
