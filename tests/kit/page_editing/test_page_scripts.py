"""The scripts that change a page where it is read, as far as they need no browser."""

from __future__ import annotations

import gzip

import pytest
from javascript import evaluate
from project_root import ROOT

ASSETS = ROOT / "kit" / "page_editing" / "assets"


def test_the_editors_library_is_small_and_has_its_licence_and_its_recipe():
    library = (ASSETS / "codemirror.js").read_bytes()
    assert len(gzip.compress(library)) <= 150_000
    head = library[:2500].decode()
    assert "Permission is hereby granted" in head and "tools/editor_library.py" in head


def test_what_a_server_streams_is_read_line_by_line_wherever_it_is_cut():
    code = """await Array.fromAsync(script.happenings(new ReadableStream({start(stream) {
        for (const part of given) stream.enqueue(new TextEncoder().encode(part));
        stream.close();
    }})))"""
    given = ['{"event": "sta', 'rted"}\n{"event": "running"}\n{"ev', 'ent": "done"}', "\n"]
    events = evaluate(ASSETS / "server-engine.js", code, given)
    assert [event["event"] for event in events] == ["started", "running", "done"]


@pytest.mark.parametrize(
    ("once", "now", "words"),
    [
        ("It is 5, and 10.", "It is 7, and 14.", ["7", "14"]),
        ("It is 5.", "It is −1,234.5.", ["−1,234.5"]),
        ("No number.", "No number.", []),
        ("One is there.", "One new word is there.", ["new", "word"]),
    ],
)
def test_the_words_that_differ_are_found(once, now, words):
    found = evaluate(ASSETS / "page-changes.js", "script.otherWords(...given)", [once, now])
    assert [now[first:last] for first, last in found] == words


def test_damaged_edits_are_left_out():
    edit = {"code": "x = 2\n", "was": "x = 1\n"}
    whole = {"lessons/a/": {"h1": {"0": edit}}}
    damaged: list[object] = [{"pages": 3}, {"pages": {"lessons/a/": {"h1": {"zero": edit, "1": {"code": 1}}}}}]
    for given in (None, [], *damaged):
        assert evaluate(ASSETS / "kept-edits.js", "script.sound(given)", given) == {}
    mixed = {"pages": {**whole, "lessons/b/": {"h1": {"0": 4}}, "lessons/c/": []}}
    assert evaluate(ASSETS / "kept-edits.js", "script.sound(given)", mixed) == whole


def test_an_exercise_is_known_by_its_check():
    names = [
        evaluate(ASSETS / "solved-exercises.js", "script.nameOf('a/', given, 3)", source)
        for source in ('v = 2\ncheck("mean", v)\n', "check('mean',\n    v)\n", "v = 2\n")
    ]
    assert names == ["a/#mean", "a/#mean", "a/#exercise-4"]
