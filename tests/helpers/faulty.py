"""A fault of the lists in this very process, for a while: for many small ones, each noticed in an instant."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FunctionType, ModuleType

from project_root import ROOT

from faults.fault import Fault


@contextmanager
def with_fault(fault: Fault) -> Iterator[None]:
    """Functions of a module under src as if the fault stood in its file, whoever has imported them."""
    name = ".".join(Path(fault.file).relative_to("src").with_suffix("").parts)
    module, changed = importlib.import_module(name), ModuleType(name)
    vars(changed)["__file__"] = module.__file__
    source = fault.put_into((ROOT / fault.file).read_text("utf-8"))
    exec(compile(source, fault.file, "exec"), vars(changed))
    sound = functions(module)
    codes = {key: each.__code__ for key, each in functions(changed).items() if each.__code__ != sound[key].__code__}
    assert codes, f"{fault.name}: no function differs"
    with ExitStack() as stack:
        for key, code in codes.items():
            stack.callback(setattr, sound[key], "__code__", sound[key].__code__)
            sound[key].__code__ = code
        yield


def functions(module: ModuleType) -> dict[str, FunctionType]:
    """The functions and methods that a module defines, by their names, whatever they are wrapped in."""
    own = [value for value in vars(module).values() if getattr(value, "__module__", None) == module.__name__]
    inner = [value for each in own if inspect.isclass(each) for value in vars(each).values()]
    bare = [getattr(value, "__func__", getattr(value, "fget", getattr(value, "func", value))) for value in inner]
    found = [inspect.unwrap(each) for each in [*own, *bare] if callable(each)]
    return {each.__qualname__: each for each in found if isinstance(each, FunctionType)}
