"""The list of pages is MkDocs's: what is no page does not run, what is a page runs, wherever its text comes from."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest
from served import Served
from tiny_site import CONFIG, Site, fence

from page_runner.__main__ import main
from page_runner.check import check_page
from page_runner.page import PageError
from page_runner.runner import Runner


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A project beside which there is room for what lies outside of it."""
    (tmp_path / "project").mkdir()
    return Site(tmp_path / "project")


posix = pytest.mark.skipif(sys.platform == "win32", reason="needs links and pipes")


def says(word: str, top: str = "") -> str:
    """A page that shows that it ran."""
    return f"{top}# T\n\n" + fence(f"print('{word}', 6 * 7)")


FAILS = "# T\n\n" + fence("x = 1\n1 / 0")  # in its fifth line
BROKEN = f"{FAILS}\n```python\nnever closed\n"


# ---- what is no page ----

NO_PAGES = """
from mkdocs.structure.files import File

def on_files(files, config):
    files.append(File.generated(config, "drafts/made.md", content={broken!r}))
    files.remove(files.get_file_from_path("removed.md"))
"""


@posix
def test_what_is_no_page_does_not_run_and_fails_nothing(site: Site, monkeypatch, caplog: pytest.LogCaptureFixture):
    site.config(
        CONFIG + "hooks: [hook.py]\nexclude_docs: |\n  drafts/\n  !drafts/good.md\n  *.part.md\ndraft_docs: later.md\n"
    )
    site.write("hook.py", NO_PAGES.format(broken=BROKEN))
    site.page(says("home"))
    site.page(says("good"), "drafts/good")
    site.page(says("in a folder"), "folder.md/inside")
    for name in (
        *("drafts/half", "a.part", ".hidden", ".ipynb_checkpoints/index", "sub/.ipynb_checkpoints/x-checkpoint"),
        *("later", "templates/x", "removed", "README"),
    ):
        site.page(BROKEN, name)
    docs = site.root / "docs"
    (docs / "empty.md").mkdir()
    (docs / "nowhere.md").symlink_to("none.md")
    (docs / ".#index.md").symlink_to("somebody@somewhere.1234")
    (docs / "nowhere.png").symlink_to("none.png")
    (docs / "round.md").symlink_to("round.md")
    os.mkfifo(docs / "pipe.md")
    os.mkfifo(docs / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        monkeypatch.chdir(docs)
        listener.bind("socket.md")
        built = site.build()
    assert (built.ok, built.errors) == (True, [])
    assert built.outputs() == ["home 42"] and built.outputs("drafts/good") == ["good 42"]
    assert built.outputs("folder.md/inside") == ["in a folder 42"]
    assert len(list(built.site.rglob("index.html"))) == 3
    said = [record.getMessage() for record in caplog.records if "is left out" in record.getMessage()]
    assert sorted(said) == [
        "docs/nowhere.md is left out: it is a link that leads nowhere",
        "docs/nowhere.png is left out: it is a link that leads nowhere",
        "docs/pipe.md is left out: it is no file, but a pipe, a socket or a device",
        "docs/pipe.txt is left out: it is no file, but a pipe, a socket or a device",
        "docs/round.md is left out: it is a link that leads nowhere",
        "docs/socket.md is left out: it is no file, but a pipe, a socket or a device",
    ]


# ---- what is a page ----

MADE = """
from pathlib import Path
from mkdocs.structure.files import File

TEXTS = {texts!r}

def on_files(files, config):
    files.append(File.generated(config, "made.md", content=TEXTS["made"]))
    files.append(File.generated(config, "deep/bytes.md", content=TEXTS["bytes"].replace("\\n", "\\r\\n").encode("utf-8-sig")))
    files.append(File.generated(config, "temporary.md", abs_src_path={elsewhere!r} + "/temporary.md"))
    files.append(File("gen_files.md", {elsewhere!r}, config.site_dir, config.use_directory_urls))
    files.remove(files.get_file_from_path("replaced.md"))
    files.append(File.generated(config, "replaced.md", content=TEXTS["replaced"]))
    files.get_file_from_path("rewritten.md").content_string = TEXTS["rewritten"]

def on_page_read_source(page, config):
    if page.file.src_uri == "latin.md":
        return Path(page.file.abs_src_path).read_text("latin-1")

def on_page_markdown(markdown, page, config, files):
    name = page.file.src_uri
    if name == "banner.md":
        return "*A banner.*\\n\\nAnd more.\\n\\n" + markdown
    if name == "code.md":
        return markdown.replace("CODE", "'changed', 6 * 7")
    if name == "more.md":
        return markdown + "\\n" + TEXTS["more"]
    if name == "less.md":
        return markdown.partition("CUT")[2]
    if name == "emptied.md":
        return ""
"""
WORDS = ("made", "bytes", "replaced", "rewritten", "more")


def odd_site(site: Site, elsewhere: Path, text: str) -> dict[str, str]:
    """A site of pages from everywhere, each with this code; what each of them is, by its name."""
    elsewhere.mkdir()
    site.config(
        CONFIG.replace("  - page_runner\n", f"  - pymdownx.snippets: {{base_path: [{elsewhere}]}}\n  - page_runner\n")
        + "hooks: [hook.py]\nnot_in_nav: unlisted.md\nnav: [index.md]\n"
    )
    site.write("hook.py", MADE.format(elsewhere=str(elsewhere), texts=dict.fromkeys(WORDS, text)))
    site.page("# Home\n")
    docs = site.root / "docs"
    for name in ("temporary", "gen_files", "linked", "folder/inside"):
        (elsewhere / name).parent.mkdir(exist_ok=True)
        (elsewhere / f"{name}.md").write_text(text, "utf-8")
    (elsewhere / "included.txt").write_text(text, "utf-8")
    (docs / "linked.md").symlink_to(elsewhere / "linked.md")
    (docs / "folder").symlink_to(elsewhere / "folder")
    site.page("# R\n", "replaced")
    site.page("# R\n", "rewritten")
    site.page(text, "unlisted")
    site.page(text, "banner")
    site.page(text.replace("6 * 7", "CODE").replace("1 / 0", "CODE / 0"), "code")
    site.page("---\ntitle: More\n---\n# More\n", "more")
    site.page(f"# Less\n\n{fence('1 / 0')}\nCUT{text}", "less")
    site.page(BROKEN, "emptied")
    site.page(text.replace("# T", "# Caf\xe9").encode("latin-1"), "latin")
    site.page(f"Title: Meta\nAuthor: Somebody\n\n{text}", "meta")
    site.page(text, "na\xefve name’s")
    site.page(text, "x' y")
    site.page('# S\n\n--8<-- "included.txt"\n', "snippets")
    site.page(text.replace("\n", "\r\n"), "crlf")
    site.page(text.replace("\n", "\r"), "cr")
    site.page(b"\xef\xbb\xbf" + text.encode(), "marked")
    (docs / "other.markdown").write_text(text, "utf-8")
    return {
        **dict.fromkeys(["made", "deep/bytes", "temporary", "gen_files", "replaced", "rewritten"], "generated"),
        **dict.fromkeys(["banner", "linked", "folder/inside", "unlisted", "other", "crlf", "cr", "marked"], "file"),
        **dict.fromkeys(["na\xefve name’s", "x' y", "meta"], "file"),
        **dict.fromkeys(["code", "more", "less", "latin", "snippets"], "changed"),
    }


@posix
def test_what_is_a_page_runs_wherever_its_text_comes_from(site: Site, tmp_path: Path):
    kinds = odd_site(site, tmp_path / "elsewhere", says("ran"))
    built = site.build(strict=True)  # which a second reader of sources would end
    assert (built.ok, built.errors) == (True, [])
    assert {name: built.outputs(name) for name in kinds} == {key: ["ran 42"] for key in kinds} | {
        "code": ["ran changed 42"]
    }
    assert built.outputs("emptied") == []
    books = {path.stem for path in built.site.rglob("*.ipynb")}
    assert books == {Path(name).name for name in kinds}, "each has its notebook"

    kept = {path.name for path in (site.root / ".cache/page_runner").iterdir()}
    again = site.build()
    assert again.ok and {name: again.outputs(name) for name in kinds} == {name: built.outputs(name) for name in kinds}
    assert {path.name for path in (site.root / ".cache/page_runner").iterdir()} == kept


@posix
def test_their_own_errors_fail_them_alone_by_a_line_that_their_author_can_find(site: Site, tmp_path: Path):
    kinds = odd_site(site, tmp_path / "elsewhere", FAILS)
    kinds["na\xefve name’s"] = "file"
    built = site.build()
    *errors, summary = built.errors
    said = {error.partition(".m")[0].removeprefix("docs/"): error.split("\n") for error in errors}
    assert said.keys() == kinds.keys() and summary.startswith(f"{len(kinds)} pages failed: ")
    for name, lines in said.items():
        assert "ZeroDivisionError: division by zero" in lines[0]
        line = int(lines[0].split(":")[1])
        at_the_end = {"meta": 8, "more": 10, "snippets": 7, "less": 11}
        assert line == at_the_end.get(name, 5), name
        assert f'.m{"arkdown" if name == "other" else "d"}", line {line}, in <module>' in "\n".join(lines), name
        unwritten = kinds[name] == "generated" or name in ("code", "more", "snippets")
        assert lines[0].endswith(f"(line {line} of what a plugin makes of this page: “{quoted(name)}”)") == unwritten
        assert len(built.page(name).select(".page-error")) == 1
    assert "Home" in built.page().get_text() and not built.page().select(".page-error")


def quoted(name: str) -> str:
    return "'changed', 6 * 7 / 0" if name == "code" else "1 / 0"


def test_a_question_that_a_plugin_has_moved_is_named_where_its_author_wrote_it(site: Site):
    site.write("hook.py", "def on_page_markdown(markdown, **_):\n    return 'A banner.\\n\\n' + markdown\n")
    site.config(CONFIG + "  - questions\nhooks: [hook.py]\n")
    site.page("# T\n\n" + fence("1") + '\n??? question "Q?"\n\n    - [ ] A\n\n    Why.\n')
    assert site.build().errors[0].startswith("docs/index.md:7: question “Q?”: there is only one choice")


BLOG = CONFIG.replace("theme: {name: null, custom_dir: theme}", "theme: {name: material}") + "  - toc\n"


def test_a_page_that_another_shows_in_part_shows_the_same_there(site: Site):
    site.config(BLOG.replace("[page_runner]", "[blog, page_cache, page_runner]"))
    site.page("# Home\n")
    site.page("# Blog\n", "blog/index")
    text = f"---\ndate: 2026-01-01\n---\n{says('post')}\n<!-- more -->\n\n{fence('print(7)')}"
    site.page(text, "blog/posts/one")
    for built in (site.build(), site.build()):
        assert (built.ok, built.errors) == (True, [])
        assert built.outputs("blog") == built.outputs("blog/archive/2026") == ["post 42"]
        assert built.outputs("blog/2026/01/01/t") == ["post 42", "7"]


# ---- where the pages lie ----


@pytest.mark.parametrize("way", ["beside", "elsewhere", "deep"])
def test_the_folder_of_pages_may_lie_anywhere(tmp_path: Path, way: str):
    root, docs = (
        tmp_path / "project",
        {"beside": "../docs", "elsewhere": str(tmp_path / "far/docs"), "deep": "a/b"}[way],
    )
    root.mkdir()
    site = Site(root)
    site.config(
        CONFIG.replace("[page_runner]", "[page_runner, page_markdown, link_cards]")
        + f"  - questions\ndocs_dir: {docs}\n"
    )
    pages = (root / docs).resolve()
    pages.mkdir(parents=True)
    (pages / "index.md").write_text(says("ran"), "utf-8")
    (pages / "bad.md").write_text(FAILS, "utf-8")
    built = site.build()
    name = {"beside": "../docs", "elsewhere": "../far/docs", "deep": "a/b"}[way]
    assert built.outputs() == ["ran 42"]
    assert built.errors[0].startswith(f"{name}/bad.md:5: ZeroDivisionError")
    assert built.errors[1] == f"1 page failed: {name}/bad.md:5" and len(built.errors) == 2


@posix
def test_a_project_may_be_reached_by_a_link(tmp_path: Path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    site = Site(tmp_path / "link")
    site.page(says("ran"))
    site.page(FAILS, "bad")
    built = site.build()
    assert built.outputs() == ["ran 42"] and built.errors[0].startswith("docs/bad.md:5: ZeroDivisionError")


# ---- the last line of defence ----

GOING = """
import os

def on_page_markdown(markdown, page, config, files):
    if page.file.src_uri == "index.md":
        for name in ("gone.md", "gone-code.md"):
            os.unlink(os.path.join(config.docs_dir, name))
        os.mkdir(os.path.join(config.docs_dir, "gone.md"))
"""


@posix
def test_a_page_that_cannot_be_read_is_named_and_the_others_stand(site: Site, tmp_path: Path):
    site.config(
        CONFIG.replace("[page_runner]", "[page_cache, page_runner, page_markdown, link_cards]") + "hooks: [hook.py]\n"
    )
    site.write("hook.py", GOING)
    site.page(says("home"))
    site.page("# G\n", "gone")
    site.page(FAILS, "gone-code")
    docs = site.root / "docs"
    (docs / "secret.md").symlink_to("/proc/self/mem" if sys.platform == "linux" else "none")
    (docs / os.fsdecode(b"caf\xe9.md")).write_text(FAILS, "utf-8")
    (docs / os.fsdecode(b"caf\xe9.txt")).write_text("words", "utf-8")
    built = site.build()
    *errors, summary = [error.split("\n")[0] for error in built.errors]
    assert sorted(errors) == [
        "docs/caf\\udce9.md:1: the page is left out: its name has bytes that are not UTF-8: give it another",
        "docs/gone-code.md:1: the page cannot be read: No such file or directory",
        "docs/gone.md:1: the page cannot be read: it is a folder",
        "docs/secret.md:1: the page cannot be read: Input/output error",
    ]
    assert summary.startswith("4 pages failed: ") and built.outputs() == ["home 42"]
    for name in ("gone", "gone-code", "secret"):
        assert "This page could not be read." in built.page(name).get_text() and built.page(name).select(".page-error")


BROKEN_CACHES = {
    "a file": lambda path: path.write_text("words", "utf-8"),
    "a link that leads nowhere": lambda path: path.symlink_to("none"),
    "a round of links": lambda path: path.symlink_to(path.name),
    "a pipe": lambda path: os.mkfifo(path),
    "entries that are folders": lambda path: [kept.mkdir(parents=True) for kept in spoilt(path)],
    "entries that are pipes": lambda path: [os.mkfifo(kept) for kept in spoilt(path)],
    "entries that are links": lambda path: [kept.symlink_to("none") for kept in spoilt(path)],
    "entries of rubbish": lambda path: [kept.write_bytes(b"\xff\0") for kept in spoilt(path)],
    "empty entries": lambda path: [kept.write_bytes(b"") for kept in spoilt(path)],
}
KEPT: list[str] = []  # the entries of a cache that is sound


def spoilt(path: Path) -> list[Path]:
    """Where a cache has its entries."""
    found = [path / name for name in KEPT]
    for folder in {kept.parent for kept in found}:
        folder.mkdir(parents=True, exist_ok=True)
    return found


@posix
def test_a_broken_cache_stops_no_build(site: Site, subtests: pytest.Subtests):
    site.config(
        CONFIG.replace("[page_runner]", "[page_cache, page_runner, page_markdown, link_cards]")
        + "site_url: https://a.b/\n"
    )
    site.page(says("ran"))
    cache = site.root / ".cache"
    expected = site.build().outputs()
    KEPT[:] = [path.relative_to(cache).as_posix() for path in cache.rglob("*") if path.is_file()]
    assert {name.partition("/")[0] for name in KEPT} == {"page_runner", "pages", "cards", "readings"}
    for number, (kind, spoil) in enumerate(BROKEN_CACHES.items()):
        with subtests.test(kind):
            cache.rename(site.root / f"cache-{number}")
            spoil(cache)
            built = site.build()
            assert (built.ok, built.errors, built.outputs()) == (True, [], expected)
            if cache.is_symlink() or not cache.is_dir():
                cache.unlink()
                cache.mkdir()


def test_a_long_page_is_a_page(site: Site):
    words = "Some words, `code` and a [link](#t), {{ 1 + 1 }} on a line that is not short.\n\n" * 20
    site.page("# T\n\n" + words + fence("x = 1") * 300 + "\n" + words)
    built = site.build()
    assert built.ok and built.page().get_text().count(" 2 on a line") == 40


def test_an_error_of_our_own_names_the_page_and_the_build_goes_on(
    site: Site, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
):
    site.config(
        CONFIG.replace("[page_runner]", "[page_cache, page_runner, page_markdown, link_cards]")
        + "  - questions\nsite_url: https://a.b/\n"
    )
    site.page("# Home\n")
    site.page(says("fine"), "fine")
    site.page(says("odd"), "odd")
    for place in (
        *("page_runner.extension.shown_page", "page_runner.extension.parts", "page_runner.runner.PageProcess"),
        *("page_runner.plugin.notebook", "page_runner.notebook.read_blocks", "page_runner.plugin.TakeAway"),
        *("page_runner.plugin.words", "page_runner.plugin.write_file", "page_markdown.plugin.plain_page"),
        *("page_markdown.plugin.markdown_path", "link_cards.plugin.card_path", "page_cache.plugin.Rendered.pack"),
    ):
        with subtests.test(place), monkeypatch.context() as patch:

            def wrong(*_: object, **__: object) -> None:
                raise RuntimeError("a mistake of ours")

            patch.setattr(place, wrong)
            site.page(says(place), "odd")
            built = site.build()
            assert not built.ok
            assert any(error.startswith("docs/odd.md:1: RuntimeError: a mistake of ours") for error in built.errors)
            assert built.errors[-1].endswith("docs/odd.md:1") or "docs/odd.md:1, " in built.errors[-1]
            assert built.page("fine").get_text() and built.page().get_text()


# ---- on the command line, and in tests ----


@posix
def test_the_command_takes_pages_from_everywhere_and_names_what_it_cannot_take(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "far.md").write_text(says("far"), "utf-8")
    site.page(says("near"), "near")
    docs = site.root / "docs"
    (docs / "linked.md").symlink_to(elsewhere / "far.md")
    (docs / "folder.md").mkdir()
    (docs / "nowhere.md").symlink_to("none")
    os.mkfifo(docs / "pipe.md")
    (docs / "secret.md").symlink_to("/proc/self/mem" if sys.platform == "linux" else "none")
    (docs / "bad.md").write_text(FAILS, "utf-8")
    names = ("linked", "folder", "nowhere", "pipe", "secret", "absent", "bad", "near")
    monkeypatch.chdir(site.root)
    pages = [*(f"docs/{name}.md" for name in names), "../elsewhere/far.md", str(elsewhere / "far.md")]
    monkeypatch.setattr(sys, "argv", ["page_runner", *pages])
    assert main() == 1
    shown, said = capsys.readouterr()
    assert [line for line in shown.splitlines() if line.endswith("42")] == ["far 42", "near 42", "far 42", "far 42"]
    assert [line for line in shown.splitlines() if line.endswith(":4")] == [
        "docs/linked.md:4", "docs/near.md:4", "../elsewhere/far.md:4", "../elsewhere/far.md:4",
    ]  # fmt: skip
    lines = [line for line in said.splitlines() if line.startswith("docs/")]
    reads = "the page cannot be read:"
    assert lines == [
        f"docs/folder.md:1: {reads} it is a folder",
        f"docs/nowhere.md:1: {reads} No such file or directory",
        f"docs/pipe.md:1: {reads} it is no file, but a pipe, a socket or a device",
        f"docs/secret.md:1: {reads} Input/output error",
        f"docs/absent.md:1: {reads} No such file or directory",
        "docs/bad.md:5: ZeroDivisionError: division by zero",
    ]


def test_the_command_goes_on_after_an_error_of_our_own(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def wrong(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("page_runner.__main__.PageProcess", wrong)
    monkeypatch.chdir(site.root)
    monkeypatch.setattr(sys, "argv", ["page_runner", str(site.page(says("x"), "x")), str(site.page("{{ 1 }}", "y"))])
    assert main() == 1
    said = capsys.readouterr().err
    assert "docs/x.md:1: RuntimeError: a mistake of ours" in said and "docs/y.md:1: RuntimeError" in said


@posix
def test_a_page_that_is_linked_or_lies_outside_is_tested_by_its_own_name(site: Site, tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "bad.md").write_text(FAILS, "utf-8")
    (site.root / "docs/bad.md").symlink_to(elsewhere / "bad.md")
    for path, name in ((site.root / "docs/bad.md", "docs/bad.md"), (elsewhere / "bad.md", "../elsewhere/bad.md")):
        with pytest.raises(PageError) as raised:
            check_page(path, site.root, ())
        assert str(raised.value).startswith(f"{name}:5: ZeroDivisionError")


# ---- what is known of a page ----


def test_a_run_is_known_by_its_page(tmp_path: Path):
    runner = Runner(tmp_path, tmp_path / "kept", ())
    one, two = tmp_path / "one.md", tmp_path / "two.md"
    one.write_text("{{ 1 }}\n", "utf-8")
    two.write_text("{{ 2 }}\n", "utf-8")
    runner.result(one)
    runner.result(two)
    assert runner.run_of("one.md").outputs == ["1"] and runner.run_of("two.md").outputs == ["2"]
    assert runner.run_of("three.md").page is None and runner.run_of("three.md").outputs == []


# ---- while the site is served ----

SERVED_HOOK = """
from pathlib import Path
from mkdocs.structure.files import File

def on_files(files, config):
    text = Path(config.docs_dir, "../made.txt").read_text("utf-8")
    files.append(File.generated(config, "made.md", content=text))
"""


@posix
def test_a_served_site_stays_up_whatever_becomes_of_its_pages(site: Site, tmp_path: Path):
    elsewhere, docs = tmp_path / "elsewhere", site.root / "docs"
    elsewhere.mkdir()
    site.config(
        CONFIG.replace("[page_runner]", "[page_cache, page_runner, page_markdown]")
        + "hooks: [hook.py]\nwatch: [made.txt]\nexclude_docs: drafts/\ndraft_docs: later.md\nnot_in_nav: unlisted.md\n"
    )
    site.write("hook.py", SERVED_HOOK)
    site.write("made.txt", says("made 1"))
    site.page(says("home 1"))
    site.page(BROKEN, "drafts/half")
    for name in ("later", "unlisted", "going"):
        site.page(says(f"{name} 1"), name)
    (elsewhere / "far.md").write_text(says("far 1"), "utf-8")
    (docs / "linked.md").symlink_to(elsewhere / "far.md")
    served = Served(site.root)
    try:
        for name in ("later", "unlisted", "going", "made"):
            served.wait_for(f"{name} 1 42", name)
        served.wait_for("far 1 42", "linked")

        (elsewhere / "far.md").write_text(FAILS, "utf-8")
        served.wait_for("docs/linked.md:5: ZeroDivisionError", "linked")
        (elsewhere / "far.md").write_text(says("far 2"), "utf-8")
        served.wait_for("far 2 42", "linked")
        site.write("made.txt", FAILS)
        served.wait_for("docs/made.md:5: ZeroDivisionError", "made")
        site.write("made.txt", says("made 2"))
        served.wait_for("made 2 42", "made")
        for name in ("later", "unlisted"):
            site.page(FAILS, name)
            served.wait_for(f"docs/{name}.md:5: ZeroDivisionError", name)
            site.page(says(f"{name} 2"), name)
            served.wait_for(f"{name} 2 42", name)

        (docs / "going.md").unlink()
        (docs / "going.md").symlink_to("/proc/self/mem" if sys.platform == "linux" else "none")
        served.wait_for("docs/going.md:1: the page cannot be read", "going")
        (docs / "going.md").unlink()
        (docs / "nowhere.md").symlink_to("none.md")
        (docs / "folder.md").mkdir()
        os.mkfifo(docs / "pipe.md")
        (docs / os.fsdecode(b"caf\xe9.md")).write_text(FAILS, "utf-8")
        site.page(BROKEN, "drafts/other")
        site.page(says("home 2"))
        served.wait_for("home 2 42")
        for name in ("later", "unlisted", "made", "linked"):
            assert "2 42" in served.get(name)
        site.page(says("back"), "going")
        served.wait_for("back 42", "going")
        assert "Traceback" not in served.logged().replace('Traceback (most recent call last):\n  File "docs/', "")
    finally:
        served.stop()
