"""Four threads make the first call of `emoji.demojize` in a process at the same time.

    python3.14t race.py

Prints one line of JSON with the wrong answers; exit status 1 if there is one.
No sleeps, no hooks, no switch interval. One process is one try, because only the first call can fail.
"""

import json
import sys
import threading
import time

import emoji

THREADS = 4
TEXT = "🇫🇷 👩🏽‍🚀 🥑"
RIGHT = ":France: :woman_astronaut_medium_skin_tone: :avocado:"


def first_calls():
    """Let the threads start together; what each of them got, or the exception that ended it."""
    start = threading.Barrier(THREADS)
    answers = [None] * THREADS

    def work(number):
        start.wait()
        try:
            answers[number] = emoji.demojize(TEXT)
        except Exception as error:  # an exception is a wrong answer, to be counted like the others
            answers[number] = f"{type(error).__name__}: {error}"

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def main():
    before = time.process_time()
    answers = first_calls()
    first = time.process_time() - before
    wrong = [answer for answer in answers if answer != RIGHT]
    later = emoji.demojize(TEXT)
    seen = {"wrong": wrong, "first_cpu_seconds": first, "later_right": later == RIGHT}
    sys.stdout.reconfigure(encoding="utf-8")  # a file on Windows may have another one
    print(json.dumps(seen, ensure_ascii=False))
    return 1 if wrong or later != RIGHT else 0


if __name__ == "__main__":
    sys.exit(main())
