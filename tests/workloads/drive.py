"""Runs one workload inside a target interpreter and prints what came out; started by the tests.

    python drive.py MODULE SLUG WORKERS LOOPS...

Calls `run` once per LOOPS in WORKERS threads that stay alive (0: in the main thread), asks the
oracle after each round, prints JSON: whether the GIL is on afterwards, and the results as text.
"""

import array
import hashlib
import importlib
import json
import sys
import threading


def shown(result):
    """Return a result as text, without what is observed instead of judged, which is never the same."""
    if isinstance(result, array.array):
        return f"{len(result)} observations"
    if isinstance(result, tuple):
        return f"({', '.join(map(shown, result))})"
    text = repr(result)
    return text if len(text) < 1000 else hashlib.sha256(text.encode()).hexdigest()


def main():
    module, slug, workers, *rounds = sys.argv[1:]
    rounds = list(map(int, rounds))
    workloads = importlib.import_module(f"benchmarks.workloads.{module}").WORKLOADS
    workload = next(one for one in workloads if one.slug == slug)
    shared = workload.setup_shared()
    count = max(1, int(workers))
    results = [None] * count
    answers = []
    errors = []
    gate = threading.Barrier(count)

    def work(worker):
        try:
            local = workload.setup_local(worker)
            for loops in rounds:
                gate.wait()
                results[worker] = workload.run(local, shared, loops)
                if gate.wait() == 0:
                    workload.check(list(results), loops)
                    answers.append(list(map(shown, results)))
                gate.wait()
        except threading.BrokenBarrierError:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again in the main thread
            errors.append(error)
            gate.abort()

    if workers == "0":
        work(0)
    else:
        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    print(json.dumps({"gil": gil, "answers": answers}))


if __name__ == "__main__":  # children of a workload import this module again
    main()
