"""psutil: threads ask one shared Process object and the system about what does not change meanwhile."""

import os

import psutil

SHARED = psutil.Process()


def work(number: int) -> list[object]:
    """Ask for facts that are the same each time."""
    with SHARED.oneshot():
        own = [
            SHARED.pid == os.getpid(),
            SHARED.ppid(),
            SHARED.create_time(),
            SHARED.status() != "",
        ]
    return [*own, psutil.cpu_count(), psutil.pid_exists(os.getpid()), psutil.boot_time() > number]
