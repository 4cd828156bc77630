"""No race: a queue hands over each job, and only the consumer adds up."""

import queue
import threading

jobs = queue.Queue()
total = 0


def actor1():
    global jobs
    for number in range(10):
        job = {}
        job["number"] = number
        jobs.put(job)


def actor2():
    global jobs, total
    for _ in range(10):
        total += jobs.get()["number"]


threads = [threading.Thread(target=actor1), threading.Thread(target=actor2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
