"""Values of superseded runs go into the history and come back as they were."""

import subprocess
from dataclasses import replace

import pytest

from ftguide.ground import files
from ftguide.suite import history, summaries
from ftguide.suite.history import HistoryError
from ftguide.suite.record import store
from tests import synthetic


def git(root, *words):
    identity = ("-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(root), *identity, *words], check=True, capture_output=True)


@pytest.fixture
def root(tmp_path):
    """Make a repository with an older and a newer run of one machine, both with their summaries."""
    root = tmp_path / "repository"
    results = root / store.RESULTS
    results.mkdir(parents=True)
    for stored in (synthetic.stored(synthetic.OLDER), synthetic.stored()):
        summaries.write(synthetic.write(results, stored))
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "two runs")
    return root


def folder_of(root, run_id):
    return root / store.RESULTS / synthetic.MACHINE / run_id


def entry_of(root, run_id):
    runs = store.read_index(root / store.RESULTS).runs
    return next(each for each in runs if each.run_id == run_id)


def test_values_go_and_come_back(root):
    folder = folder_of(root, synthetic.OLDER)
    before = store.blocks_path(folder).read_bytes()
    said = summaries.load(folder).contents()
    commit = history.drop(folder, root)
    assert not store.blocks_path(folder).exists()
    assert entry_of(root, synthetic.OLDER).values_in == commit
    assert summaries.load(folder).contents() == said  # pages show it as before
    with pytest.raises(store.StoreError, match=f"ftguide fetch {synthetic.OLDER}"):
        store.load(folder)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "without the values")
    with history.present(folder, root):
        summaries.check(folder)
    assert not store.blocks_path(folder).exists()
    assert history.fetch(folder, root).read_bytes() == before
    summaries.check(folder)


def test_values_come_back_in_the_spelling_of_their_time(root):
    """What lies in the history is packed with gzip, and its SHA-256 in the summary is of that."""
    folder = folder_of(root, synthetic.OLDER)
    lines = store.text_of(folder / store.BLOCKS)
    before = store.load(folder)
    (folder / store.GZIP).write_bytes(files.pack(lines))
    (folder / store.BLOCKS).unlink()
    summaries.write(folder)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "as it was packed once")
    history.drop(folder, root)
    assert history.fetch(folder, root) == folder / store.GZIP
    assert (folder / store.GZIP).read_bytes() == files.pack(lines)
    assert store.load(folder) == before
    summaries.check(folder)


def test_a_run_that_nothing_supersedes_keeps_its_values(root):
    with pytest.raises(HistoryError, match="not superseded"):
        history.drop(folder_of(root, synthetic.RUN_ID), root)
    assert store.blocks_path(folder_of(root, synthetic.RUN_ID)).exists()


def test_values_that_no_commit_has_are_not_taken_out(root):
    folder = folder_of(root, synthetic.OLDER)
    path = store.blocks_path(folder)
    git(root, "rm", "--quiet", "--cached", str(path))
    git(root, "commit", "--quiet", "-m", "gone")
    with pytest.raises(HistoryError, match="commit it first"):
        history.drop(folder, root)
    assert path.exists()
    assert entry_of(root, synthetic.OLDER).values_in == ""


def test_a_shallow_clone_says_how_to_get_the_values(root, tmp_path):
    folder = folder_of(root, synthetic.OLDER)
    history.drop(folder, root)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "without the values")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", root.as_uri(), str(shallow))
    with pytest.raises(HistoryError, match="git fetch --unshallow"):
        history.fetch(folder_of(shallow, synthetic.OLDER), shallow)
    assert summaries.load(folder_of(shallow, synthetic.OLDER))


def test_other_bytes_in_the_history_are_refused(root):
    folder = folder_of(root, synthetic.OLDER)
    path = store.blocks_path(folder)
    right = path.read_bytes()
    path.write_bytes(b"something else")
    git(root, "commit", "--quiet", "--all", "-m", "damaged")
    path.write_bytes(right)
    with pytest.raises(HistoryError, match="commit it first"):
        history.drop(folder, root)
    assert path.read_bytes() == right


def test_what_was_never_taken_out_cannot_be_fetched(root):
    folder = folder_of(root, synthetic.OLDER)
    store.blocks_path(folder).unlink()
    with pytest.raises(HistoryError, match="names no commit"):
        history.fetch(folder, root)


def test_another_machine_or_preset_supersedes_nothing(root):
    results = root / store.RESULTS
    late, early = store.read_index(results).runs
    assert history.supersedes(late, early, results)
    assert not history.supersedes(early, late, results)
    for change in ({"machine": "other"}, {"preset": "quick"}, {"withdrawn": "wrong"}):
        assert not history.supersedes(replace(late, **change), early, results)
