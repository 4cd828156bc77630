"""Processes that are alive, and those that carry something in their environment, whoever started them."""

from pathlib import Path

import psutil


def alive(number: int) -> bool:
    """Return whether a process still runs; one that its parent has yet to bury does not."""
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def carrying(marker: str) -> list[str]:
    """Return the command lines of living processes whose environment has a text in it (Linux)."""
    wanted = marker.encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if alive(int(process.name)) and wanted in process.joinpath("environ").read_bytes():
                said = process.joinpath("cmdline").read_text(errors="replace")
                found.append(said.replace("\0", " "))
        except OSError:
            continue
    return found
