"""Libraries are changed once, when a page imports them."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType

from page_runner.libraries import when_imported


def test_a_module_is_changed_once_though_somebody_has_looked_for_it_before(tmp_path, monkeypatch):
    (tmp_path / "slow_to_come.py").write_text("name = 'as it was'\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    changed: list[ModuleType] = []
    when_imported({"slow_to_come": changed.append})
    assert importlib.util.find_spec("slow_to_come") and not changed
    module = importlib.import_module("slow_to_come")
    assert changed == [module] and module.name == "as it was"
    importlib.reload(module)
    monkeypatch.delitem(sys.modules, "slow_to_come")
    assert changed == [module]


def test_what_is_there_already_is_changed_at_once():
    changed: list[ModuleType] = []
    when_imported({"json": changed.append})
    assert changed == [sys.modules["json"]]
