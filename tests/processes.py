"""Processes that are alive and carry something in their environment, whoever started them (Linux)."""

from pathlib import Path


def carrying(marker: str) -> list[str]:
    """Return the command lines of living processes whose environment has a text in it."""
    wanted = marker.encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            alive = process.joinpath("stat").read_text().rpartition(")")[2].split()[0] != "Z"
            if alive and wanted in process.joinpath("environ").read_bytes():
                found.append(process.joinpath("cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found
