import dataclasses
import importlib
import inspect
import pkgutil
import re
import rlcompleter
import subprocess
import sys
from types import ModuleType

import pytest
import torch

import foundations

PACKAGES = [
    "foundations",
    *(found.name for found in pkgutil.walk_packages(foundations.__path__, "foundations.") if found.ispkg),
]
MODULES = [
    found.name
    for found in pkgutil.walk_packages(foundations.__path__, "foundations.")
    if "._" not in found.name and not found.name.startswith("foundations.exercises.")  # which has judges alone
]


def python(code: str) -> str:
    """Run code in a fresh Python and give back what it prints."""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8")
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_import_loads_no_library():
    heavy = {"torch", "numpy", "matplotlib", "pandas", "sklearn"}
    assert python(f"import sys, foundations; print(sorted({heavy} & sys.modules.keys()))") == "[]"


def test_a_name_opens_its_own_module_alone_and_drawing_alone_loads_matplotlib():
    opened = "[name for name in sys.modules if name.startswith('foundations.')]"
    code = f"""if True:
        import sys
        from foundations import quad
        print(sorted({opened}))
        from foundations import plot_function
        print('matplotlib' in sys.modules)
    """
    assert python(code).splitlines() == [
        "['foundations._checks', 'foundations.curves', 'foundations.curves.quadratic']",
        "False",
    ]


def test_two_results_that_hold_tensors_are_compared_without_an_error():
    classes = [value for name in foundations.__all__ if dataclasses.is_dataclass(value := getattr(foundations, name))]
    holding = [each for each in classes if any("Tensor" in str(part.type) for part in dataclasses.fields(each))]
    assert {"History", "Prepared", "ReluSum", "Tree"} < {each.__name__ for each in holding}
    for each in holding:  # made of tensors, which have no single truth value
        one, other = object.__new__(each), object.__new__(each)
        for result in (one, other):
            vars(result).update({part.name: torch.ones(2) for part in dataclasses.fields(each)})
        assert one == one and one != other, each
        assert len({one, other}) == 2


def test_star_import_gives_every_name():
    given: dict[str, object] = {}
    exec("from foundations import *", given)
    assert given.keys() - {"__builtins__"} == set(foundations.__all__)


def test_every_name_is_public_typed_and_documented(subtests: pytest.Subtests):
    for name in foundations.__all__:
        with subtests.test(name):
            assert_public_typed_and_documented(name)


def assert_public_typed_and_documented(name: str) -> None:
    value = getattr(foundations, name)
    assert not name.startswith("_")
    assert not isinstance(value, ModuleType)
    assert value.__name__ == name
    assert value.__module__.startswith("foundations.")
    signature = inspect.signature(value)
    untyped = [each.name for each in signature.parameters.values() if each.annotation is inspect.Parameter.empty]
    assert untyped == []
    assert inspect.isclass(value) or signature.return_annotation is not inspect.Signature.empty
    doc = inspect.getdoc(value) or ""
    first_line = doc.splitlines()[0]
    assert first_line.endswith(".")
    assert "Example:\n    ```python\n" in doc
    assert "Returns:\n" in doc or signature.return_annotation in (None, "None") or inspect.isclass(value)
    if inspect.isfunction(value) and signature.parameters:
        assert "Args:\n" in doc
    if inspect.isclass(value):  # it says there, or above, how it is made
        doc += inspect.getdoc(value.__init__) or ""
    for parameter in map(str, signature.parameters.values()):
        given = parameter.partition(":")[0]  # with the stars of *args
        assert f"    {given}: " in doc, f"{name} does not say what {given} is"


def test_every_public_function_of_the_modules_is_listed():
    for name in MODULES:
        members = vars(__import__(name, fromlist=["_"]))
        own = {key for key, value in members.items() if getattr(value, "__module__", None) == name and callable(value)}
        assert {key for key in own if not key.startswith("_")} <= set(foundations.__all__)


def test_no_module_has_the_name_of_a_function():
    modules = {module.name for module in pkgutil.iter_modules(foundations.__path__)}
    assert modules.isdisjoint(foundations.__all__)


@pytest.mark.parametrize("package", [name for name in PACKAGES if name != "foundations.exercises"])
def test_the_docstring_of_a_package_names_its_rooms_and_modules(package: str):
    room = importlib.import_module(package)
    named = re.findall(r"^- `(\w+)`: \S.*\.$", inspect.getdoc(room) or "", re.M)
    assert sorted(named) == sorted(found.name for found in pkgutil.iter_modules(room.__path__))


def test_names_are_listed_and_completed_before_they_are_used():
    code = "import foundations; print(dir(foundations) == sorted(foundations.__all__))"
    assert python(code) == "True"
    completer = rlcompleter.Completer({"foundations": foundations})
    found = completer.attr_matches("foundations.quad")
    assert sorted(match.rstrip("()") for match in found) == [
        "foundations.quad",
        "foundations.quad_mae",
        "foundations.quad_mse",
    ]


def test_a_name_is_the_same_object_each_time_and_that_of_its_module():
    from foundations.curves import quadratic

    assert foundations.quad is foundations.quad is quadratic.quad


def test_an_unknown_name_is_an_attribute_error_that_names_it():
    with pytest.raises(AttributeError, match="module 'foundations' has no attribute 'qaud'") as caught:
        _ = foundations.qaud  # type: ignore[attr-defined]
    assert (caught.value.name, caught.value.obj) == ("qaud", foundations)
    assert not hasattr(foundations, "qaud")
    with pytest.raises(ImportError, match="cannot import name 'qaud' from 'foundations'"):
        from foundations import qaud  # type: ignore[attr-defined]  # noqa: F401


def test_python_suggests_the_name_that_was_meant():
    code = "import foundations; foundations.plot_funtion"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8")
    assert run.returncode == 1
    assert run.stderr.rstrip().endswith("Did you mean: 'plot_function'?")
