"""Times against size: what is waited for, what is left out, where lines cross, the file of records, and the lesson."""

import itertools
import json
import math
import re
import subprocess
import sys

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given
from project_root import ROOT

import foundations
from foundations import _machine, crossover, crossover_table, gpu_times, measure, median_time, timing
from foundations.timing import COMPILED, RECORDED_SIZES, WORKLOADS, _main, add_record, record_gpu
from page_runner.page import Number, read_page
from page_runner.program import Program

LESSON = read_page(ROOT / "docs/lessons/cpu-or-gpu.md", ROOT)
ABOUT = {"gpu": "Model G", "cpu": "Model C, 4 threads", "driver": "1.0", "versions": "PyTorch 0", "date": "2000-01-01"}


def record(**changes):
    """A record of machines that do not exist: the CPU's time is the size, the GPU's is 100."""
    measured = {
        name: {"sizes": [10, 1000], "cpu": [10.0, 1000.0], "gpu": [100.0, 100.0]}
        for name in RECORDED_SIZES
        if name != COMPILED
    }
    return {**ABOUT, "seconds": measured, **changes}


class Clock:
    """Stands in for the clock, and for a device with a queue: each launch takes 1, its work 9, the first 1,000 more."""

    def __init__(self, monkeypatch):
        self.now = self.finished = 0.0
        self.calls = 0
        monkeypatch.setattr(timing.time, "perf_counter", lambda: self.now)  # type: ignore[attr-defined]
        monkeypatch.setattr(timing, "_synchronize", self.synchronize)

    def launch(self):
        self.calls += 1
        self.now += 1
        extra = 1000 if self.calls == 1 else 50 if self.calls % 4 == 0 else 0
        self.finished = max(self.now, self.finished) + 9 + extra

    def synchronize(self, device):
        assert device.type == "cpu"
        self.now = max(self.now, self.finished)


def test_it_waits_warms_up_and_takes_the_median(monkeypatch):
    clock = Clock(monkeypatch)
    assert median_time(clock.launch, "cpu", seconds=500) == 10
    assert clock.now - 1000 >= 500


def test_it_calls_at_least_five_times_and_at_most_a_thousand(monkeypatch):
    clock = Clock(monkeypatch)
    median_time(clock.launch, "cpu", seconds=0)
    assert clock.calls == 2 + 5
    clock = Clock(monkeypatch)
    median_time(clock.launch, "cpu", seconds=1e9)
    assert clock.calls == 2 + 1000


@pytest.mark.parametrize("name", [name for name in WORKLOADS if name != COMPILED])
def test_workloads(name):
    times = measure(name, [2, 30], "cpu", seconds=0)
    assert times.shape == (2,) and times.dtype == torch.float64 and times.device.type == "cpu"
    assert (times > 0).all()


def test_what_the_workloads_do():
    cpu = torch.device("cpu")
    assert WORKLOADS["matrix product"](3, cpu)().shape == (3, 3)  # type: ignore[attr-defined]
    assert WORKLOADS["addition"](7, cpu)().shape == (7,)  # type: ignore[attr-defined]
    transfer = WORKLOADS["transfer"](7, cpu)
    one, other = transfer(), transfer()
    assert one.data_ptr() != other.data_ptr(), "it makes a copy each time"  # type: ignore[attr-defined]
    for dtype in (WORKLOADS[name](2, cpu)().dtype for name in ("matrix product", "addition", "transfer")):  # type: ignore[attr-defined]
        assert dtype == torch.float32


def test_the_training_step_trains(monkeypatch):
    losses = []
    mse_loss = torch.nn.functional.mse_loss

    def noted(preds, targets):
        losses.append(mse_loss(preds, targets))
        return losses[-1]

    monkeypatch.setattr(torch.nn.functional, "mse_loss", noted)
    step = WORKLOADS["training step"](64, torch.device("cpu"))
    for _ in range(50):
        step()
    assert losses[-1] < losses[0]


def test_the_compiled_step_goes_through_the_compiler(monkeypatch):
    compiled = []
    monkeypatch.setattr(torch, "compile", lambda net, dynamic: compiled.append(net) or net)
    assert measure(COMPILED, [4, 8], "cpu", seconds=0).shape == (2,)
    assert len(compiled) == 2


def test_a_workload_of_ones_own():
    seen = []

    def workload(size, device):
        seen.append((size, device.type))
        return lambda: None

    measure(workload, [1, 5], "cpu", seconds=0)
    assert seen == [(1, "cpu"), (5, "cpu")]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: median_time(5, "cpu"), TypeError, "fn must be a function, not int"),
        (lambda: median_time(print, "cpu", seconds=-1), ValueError, "seconds must be at least 0"),
        (lambda: median_time(print, "gpu"), ValueError, "there is no device 'gpu'"),
        (lambda: measure("matmul", [1], "cpu"), ValueError, "no workload 'matmul'; there is 'matrix product'"),
        (lambda: measure(5, [1], "cpu"), TypeError, "workload must be a name or a function, not int"),
        (lambda: measure("addition", [0], "cpu"), ValueError, "a size must be at least 1, not 0"),
        (lambda: measure("addition", [1.5], "cpu"), TypeError, "a size must be a whole number"),
        (lambda: crossover([], [], []), ValueError, "there are 0 sizes"),
        (lambda: crossover([1, 2], [1], [1, 2]), ValueError, "2 sizes, 1 times and 2"),
        (lambda: crossover([1, 1], [1, 2], [1, 2]), ValueError, "sizes must rise"),
        (lambda: crossover([1, 2], [0, 2], [1, 2]), ValueError, "above zero"),
        (lambda: crossover([1, 2], [math.nan, 2], [1, 2]), ValueError, "above zero"),
        (lambda: record_gpu("cpu"), ValueError, "no GPU on this machine"),
        (lambda: record_gpu("meta"), ValueError, "no GPU on this machine"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_an_iterator_of_sizes_is_measured_too():
    assert measure("addition", iter([1, 2]), "cpu", seconds=0).shape == (2,)


def test_crossover_by_hand():
    assert crossover([1, 2], [1e-320, 1e300], [1e300, 1e-320]) == pytest.approx(2**0.5)  # no overflow
    assert crossover([1, 100], [1, 100], [10, 10]) == pytest.approx(10)
    assert crossover([1, 100], [1, 100], [0.5, 10]) == 1
    assert crossover([1, 100], [1, 10], [2, 10]) == math.inf
    # Ahead, behind, ahead again: only the last time counts.
    assert crossover([1, 10, 100, 1000], [9, 1, 1, 10], [1, 1, 2, 5]) == pytest.approx(10 ** (2 + 0.5))
    assert crossover(torch.tensor([1, 100]), torch.tensor([1.0, 100.0]), torch.tensor([10.0, 10.0])) == pytest.approx(
        10
    )


POSITIVE = st.floats(1e-6, 1e6)


@given(launch=POSITIVE, slope=st.floats(0.1, 3), start=POSITIVE)
def test_crossover_of_two_powers_is_where_they_meet(launch, slope, start):
    sizes = [10**k for k in range(7)]
    first = [start * n**slope for n in sizes]
    meeting = (launch / start) ** (1 / slope)
    found = crossover(sizes, first, [launch] * 7)
    if meeting >= sizes[-1] * (1 + 1e-9):
        assert found == math.inf
    elif meeting < sizes[-1] * (1 - 1e-9):
        assert found == pytest.approx(max(meeting, 1), rel=1e-6)


@given(st.lists(st.tuples(POSITIVE, POSITIVE), min_size=1, max_size=8))
def test_from_the_crossover_on_the_second_is_faster(times):
    sizes = [2**k for k in range(len(times))]
    at = crossover(sizes, *zip(*times, strict=True))
    assert at == math.inf or sizes[0] <= at <= sizes[-1]
    for size, (first, second) in zip(sizes, times, strict=True):
        assert second < first or size <= at
    if at == math.inf:
        assert times[-1][1] >= times[-1][0]


def test_the_packages_own_file_can_be_read():
    records = gpu_times()
    assert len(crossover_table(records)) >= len(RECORDED_SIZES) - 1
    for earlier, later in itertools.combinations(records, 2):
        assert earlier["gpu"] != later["gpu"]


def test_without_a_record_the_table_has_workloads_and_no_column():
    table = crossover_table([])
    assert list(table.columns) == []
    assert list(table.index) == list(RECORDED_SIZES)


def test_with_records_the_table_shows_crossovers(tmp_path):
    file = tmp_path / "times.json"
    other = record(gpu="Model H", seconds={"addition": {"sizes": [1, 4096], "cpu": [1, 2], "gpu": [2, 3]}})
    always = {"addition": {"sizes": [16, 4096], "cpu": [2, 3], "gpu": [1, 2]}}
    for each in (record(), other, record(gpu="Model I", seconds=always)):
        add_record(each, file)
    table = crossover_table(gpu_times(file))
    (first, second, third) = table.columns
    assert first == "Model G (driver 1.0) against Model C, 4 threads; PyTorch 0; 2000-01-01"
    assert list(table.index) == [name for name in RECORDED_SIZES if name != COMPILED]
    assert set(table[first]) == {"from about 100"}
    assert table.loc["addition", second] == "not up to 4,096"
    assert table.loc["matrix product", second] == "not measured"
    assert table.loc["addition", third] == "at every size"


def test_a_gpu_is_recorded_once(tmp_path):
    file = tmp_path / "times.json"
    add_record(record(gpu="Another"), file)
    add_record(record(), file)
    add_record(record(date="2001-01-01"), file)
    assert [(each["gpu"], each["date"]) for each in gpu_times(file)] == [
        ("Another", "2000-01-01"),
        ("Model G", "2001-01-01"),
    ]
    assert file.read_bytes().endswith(b"\n") and b"\r" not in file.read_bytes()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "{}",
        '""',
        "[5]",
        "[{}]",
        '[{"seconds": {}}]',
        json.dumps([record(seconds={"addition": {"sizes": [1]}})]),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, text):
    file = tmp_path / "times.json"
    file.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=r"times\.json does not hold records of times"):
        gpu_times(file)
    with pytest.raises(ValueError, match="does not hold records"):
        add_record(record(), file)
    assert file.read_text("utf-8") == text


def test_what_is_no_record_is_not_added(tmp_path):
    file = tmp_path / "times.json"
    add_record(record(), file)
    before = file.read_bytes()
    with pytest.raises(ValueError, match="record does not hold records of times"):
        add_record({"gpu": "Another"}, file)
    with pytest.raises(TypeError, match="not JSON serializable"):
        add_record(record(gpu=torch.ones(1)), file)
    assert file.read_bytes() == before


def test_small_sizes_and_fractions_have_a_table():
    halves = {"addition": {"sizes": [0.5, 3], "cpu": [1, 2], "gpu": [2, 3]}}
    assert crossover_table([record(seconds=halves)]).iloc[0, 0] == "not up to 3"


@pytest.fixture
def pretended_gpu(monkeypatch):
    """A machine whose GPU is its CPU under another name, with small sizes."""
    mps = torch.device("mps")
    real = timing.measure

    def measured(workload, sizes, device, **options):
        times = real(workload, sizes, "cpu", **options)
        return times if device.type == "cpu" else times / 2

    monkeypatch.setattr(timing, "measure", measured)
    monkeypatch.setattr(timing, "as_device", lambda device: mps if device is None else torch.device(device))
    monkeypatch.setattr(timing, "_driver", lambda device: "none")
    monkeypatch.setattr(timing, "RECORDED_SIZES", {name: [4, 8] for name in WORKLOADS})
    monkeypatch.setattr(torch, "compile", lambda net, dynamic: net)


def test_a_record_holds_all_that_it_should(pretended_gpu):
    made = record_gpu(seconds=0)
    assert json.loads(json.dumps(made)) == made
    assert set(made) == {"gpu", "cpu", "driver", "versions", "date", "seconds"}
    assert list(made["seconds"]) == list(WORKLOADS)
    assert torch.__version__ in made["versions"]
    assert made["cpu"] == _machine.cpu_and_threads()
    for times in made["seconds"].values():
        assert times["sizes"] == [4, 8]
        assert len(times["cpu"]) == len(times["gpu"]) == 2


def test_without_a_compiler_the_compiled_step_is_left_out(pretended_gpu, monkeypatch, capsys):
    def no_compiler(net, dynamic):
        raise RuntimeError("no C++ compiler")

    monkeypatch.setattr(torch, "compile", no_compiler)
    assert COMPILED not in record_gpu(seconds=0)["seconds"]
    assert "compiled training step is left out: no C++ compiler" in capsys.readouterr().err


def test_the_command_records(pretended_gpu, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(timing, "record_gpu", lambda: record())
    file = tmp_path / "times.json"
    assert _main([]) == 0
    assert "from about 100" in capsys.readouterr().out
    assert _main(["--record", str(file)]) == 0
    assert f"recorded in {file}" in capsys.readouterr().out
    assert [each["gpu"] for each in gpu_times(file)] == ["Model G"]


def test_the_command_says_before_it_measures_that_it_cannot_record(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(timing, "record_gpu", lambda: pytest.fail("it has begun to measure"))
    damaged = tmp_path / "times.json"
    damaged.write_text("half a rec", "utf-8")
    for file, says in (
        (damaged, "times.json does not hold records of times"),
        (tmp_path, "Is a directory|Permission denied"),
        (tmp_path / "none" / "times.json", "cannot be written"),
    ):
        assert _main(["--record", str(file)]) == 1
        assert re.search(says, capsys.readouterr().err)
    assert damaged.read_text("utf-8") == "half a rec"


def test_the_times_are_shown_even_if_they_cannot_be_recorded(monkeypatch, tmp_path, capsys):
    def full(*arguments):
        raise OSError("no space left on device")

    monkeypatch.setattr(timing, "record_gpu", lambda: record())
    monkeypatch.setattr(timing, "add_record", full)
    assert _main(["--record", str(tmp_path / "times.json")]) == 1
    shown = capsys.readouterr()
    assert "from about 100" in shown.out
    assert shown.err == "no space left on device\n"


@pytest.mark.skipif(torch.cuda.is_available() or torch.backends.mps.is_available(), reason="there is a GPU here")
def test_the_command_on_a_machine_without_a_gpu(tmp_path):
    command = [sys.executable, "-m", "foundations.timing", "--record", str(tmp_path / "times.json")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert done.returncode == 1
    assert done.stderr == "there is no GPU on this machine, so there is nothing to record\n"
    assert list(tmp_path.iterdir()) == []


def test_names_of_machines():
    assert _machine.cpu()
    assert _machine.output_of(sys.executable, "-c", "print('hello')") == "hello"
    assert _machine.output_of("no-such-command-here") == "unknown"
    assert _machine.output_of(sys.executable, "-c", "raise SystemExit(1)") == "unknown"
    assert timing._driver(torch.device("mps")).startswith("of macOS")


def first_half(monkeypatch, records, device="cpu"):
    """Runs the lesson up to its table of GPUs, with these records, on a machine whose best device is this one."""
    monkeypatch.setattr(foundations, "gpu_times", lambda: records)
    monkeypatch.setattr(foundations, "best_device", lambda: torch.device(device))
    monkeypatch.setattr(timing, "median_time", lambda fn, device, seconds: median_time(fn, device, seconds=0))
    program = Program(LESSON)
    outputs = []
    for item in LESSON.items:
        outputs.append(program.run(item))
        if isinstance(item, Number) and "No GPU has been recorded" in item.expression:
            return outputs
    raise AssertionError("the lesson does not say whether a GPU has been recorded")


def test_the_lesson_without_a_record_says_what_follows_from_the_cpu(monkeypatch):
    *_, table, said = first_half(monkeypatch, [])
    assert said.startswith("No GPU has been recorded for this page")
    assert re.findall(r"<th>(.+?)</th>", table.markup[0]) == ["no GPU below", *RECORDED_SIZES]
    assert len(re.findall(r"<td>n = [\d,]+</td>", table.markup[0])) == 2


def test_the_lesson_with_a_record_shows_it(monkeypatch):
    outputs = first_half(monkeypatch, [record()])
    *_, table, said = outputs
    assert said.startswith("Each further column is one machine")
    assert table.text == ""
    assert "Model G" in table.markup[0] and "from about 100" in table.markup[0]
    drawn = [each for each in outputs if not isinstance(each, str) and any("Model G" in it for it in each.figures)]
    assert [each.varies for each in drawn] == ["", "these four panels for your machine"]


def test_the_lesson_on_a_machine_with_another_device_measures_it(monkeypatch):
    outputs = first_half(monkeypatch, [], device="meta")  # it has shapes and no numbers, but takes part in everything
    drawings = [drawing for each in outputs if not isinstance(each, str) for drawing in each.figures]
    assert [">GPU<" in drawing for drawing in drawings].count(True) == 1
