"""The record of times: what pages show of it, how it is made, and that it is of what the pages would measure."""

import datetime
import json

import pytest
import torch
from project_root import ROOT

from foundations import _machine, recorded, records
from page_runner.__main__ import show


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "TIMES", tmp_path / "times.json")
    monkeypatch.delenv(records.ANEW, raising=False)
    return tmp_path / "times.json"


def times(sizes, unit=1.0):
    return [unit * each / 3 for each in sizes]


def made(monkeypatch, name="some times", sizes=(1, 2), **options):
    """Measure it, with a function that gives something else later."""
    with monkeypatch.context() as patch:
        patch.setenv(records.ANEW, "1")
        return recorded(name, times, list(sizes), **options)


def never(*arguments, **options):
    raise AssertionError("it measures")


never.__name__ = "times"


def test_what_was_measured_is_given_ever_after_and_not_measured_again(file, monkeypatch):
    first = made(monkeypatch, unit=1e-6)
    assert first.values.tolist() == [3.333e-07, 6.667e-07]
    again = recorded("some times", never, [1, 2], unit=1e-6)
    assert torch.equal(again.values, first.values) and again.values.dtype == torch.float64
    assert (again.machine, again.versions) == (_machine.cpu_and_threads(), _machine.versions())
    assert again.date == first.date == datetime.date.today().isoformat()


def test_a_tensor_is_recorded_too(file, monkeypatch):
    monkeypatch.setenv(records.ANEW, "1")
    assert recorded("a tensor", lambda: torch.tensor([1, 2])).values.tolist() == [1, 2]


def test_one_record_takes_the_place_of_the_one_before_and_leaves_the_others(file, monkeypatch):
    made(monkeypatch, "b", [3])
    made(monkeypatch, "a", [6])
    before = file.read_bytes()
    made(monkeypatch, "b", [9])
    assert recorded("a", never, [6]).values.tolist() == [2]
    assert recorded("b", never, [9]).values.tolist() == [3]
    made(monkeypatch, "b", [3])
    assert file.read_bytes() == before and before.endswith(b"\n") and b"\r" not in before


@pytest.mark.parametrize(
    ("name", "sizes", "says"),
    [
        ("others", [1, 2], r"times\.json has no record of 'others': call it yourself, or let FOUNDATIONS_RECORD=1"),
        ("some times", [1, 3], r"record of 'some times' is of times\(\[1, 2\]\), not of times\(\[1, 3\]\)"),
    ],
)
def test_what_is_not_recorded_is_an_error_that_says_what_to_do(file, monkeypatch, name, sizes, says):
    made(monkeypatch)
    with pytest.raises(ValueError, match=says):
        recorded(name, never, sizes)


def test_a_function_among_what_was_given_goes_by_its_name(file, monkeypatch):
    monkeypatch.setenv(records.ANEW, "1")
    recorded("a function", lambda work: [work(2)], abs)
    (record,) = json.loads(file.read_text("utf-8")).values()
    assert record["call"] == "<lambda>(abs)"


@pytest.mark.parametrize("text", ["", "5", "[]", '{"a": 5}', '{"a": {}}', '{"a": {"values": [1]}}'])
def test_a_damaged_file_is_refused(file, monkeypatch, text):
    file.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=r"times\.json does not hold records"):
        recorded("a", never)
    with pytest.raises(ValueError, match=r"times\.json does not hold records"):
        made(monkeypatch)
    assert file.read_text("utf-8") == text


def test_what_is_no_number_is_not_recorded(file, monkeypatch):
    made(monkeypatch)
    before = file.read_bytes()
    monkeypatch.setenv(records.ANEW, "1")
    with pytest.raises(ValueError, match="measure gave"):
        recorded("some times", lambda: [float("nan")])
    assert file.read_bytes() == before


PAGE = """```python
from pathlib import Path

from foundations import recorded, records

records.TIMES = Path({file!r})


def taken(times=iter([1, 2])):
    return [next(times)]


recorded("a page's", taken).values.item()
```
"""


def test_a_page_makes_its_record(file, tmp_path, monkeypatch, capsys):
    page = tmp_path / "page.md"
    page.write_text(PAGE.format(file=str(file)), "utf-8")
    with monkeypatch.context() as patch:
        patch.setenv(records.ANEW, "1")
        show(page, tmp_path)
    (record,) = json.loads(file.read_text("utf-8")).values()
    assert record["values"] == [1] and record["machine"].endswith(", 1 thread")
    file.write_text(file.read_text("utf-8").replace("[1.0]", "[7.0]"), "utf-8")
    show(page, tmp_path)
    assert [line for line in capsys.readouterr().out.splitlines() if line[:1].isdigit()] == ["1.0", "7.0"]


def test_the_records_of_a_page_come_from_one_machine_on_one_day():
    kept = json.loads((ROOT / "src/foundations/data/times.json").read_text("utf-8"))
    models = kept.pop("images per second")  # of another page
    assert len({(each["machine"], each["versions"], each["date"]) for each in kept.values()}) == 1
    assert all(value > 0 for each in [*kept.values(), models] for value in each["values"])
