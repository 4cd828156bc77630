"""The scripts that test the method name things that exist."""

from ftguide.suite.declare.catalogue import catalogue
from ftguide.suite.validate import accuracy, attempts, stock


def test_accuracy_names_workloads_of_the_catalogue():
    assert set(accuracy.WORKLOADS) <= set(catalogue())
    assert len(set(accuracy.WORKLOADS)) >= 12


def test_stock_measures_all_of_one_build_before_the_other():
    assert stock.PASSES == ("gil", "ft", "gil-again", "ft-again")


def test_an_attempt_is_logged_whether_it_reached_its_goals_or_not(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(attempts, "LOG", tmp_path / "attempts.jsonl")
    monkeypatch.setattr(attempts, "commit", lambda: "c" * 40)
    assert attempts.record("precision", {"narrow": False, "quick": True}, {"half_width": 0.02}) == 1
    assert attempts.record("precision", {"narrow": True}, {"half_width": 0.01}) == 0
    assert len((tmp_path / "attempts.jsonl").read_text().splitlines()) == 2
    assert "MISSED   narrow" in capsys.readouterr().out
