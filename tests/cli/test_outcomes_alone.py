"""A run of outcome tests is continued by one process at a time."""

import pytest

from ftguide.cli import experiments
from ftguide.outcomes.record import store

RUN = "20261128T000000Z-00000000"


def test_a_run_is_continued_by_one_process_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "folder_of", lambda machine: tmp_path / machine)
    (tmp_path / "local").mkdir()
    with experiments._alone("local", RUN):
        with (
            pytest.raises(experiments.ResumeError, match="is being continued by another process"),
            experiments._alone("local", RUN),
        ):
            raise AssertionError
        with experiments._alone("local", f"{RUN[:-1]}1"):  # another run may go on
            pass
    assert list((tmp_path / "local").iterdir()) == []
    with experiments._alone("local", RUN):
        pass
