"""Questions that mark themselves, what is kept of the answers, and the review that brings them back."""

from __future__ import annotations

import datetime
import json

import pytest

LESSON = "lessons/storage-and-views/"
KEPT = "JSON.parse(localStorage.getItem('nnf.quiz')).questions"


def find(page, kind):
    """The first question of a kind on a page, opened."""
    question = page.locator(f"details.quiz:has([data-quiz={kind}])").first
    question.evaluate("fold => { fold.open = true; }")
    return question


def give(question, right=True):
    """Give an answer, by the key that stands in the page, and have it checked."""
    inputs = question.locator("form input")
    value = question.locator("[data-quiz-value]")
    if value.count():
        wanted = float(value.get_attribute("data-quiz-value"))
        inputs.fill(f"{wanted if right else 2 * wanted + 7:g}".replace("-", "−").replace(".", ","))
    else:
        marks = question.locator("[data-quiz-is]").evaluate_all("all => all.map(one => one.dataset.quizIs)")
        one = question.locator("[data-quiz=one]").count()
        ticks = [mark == ("right" if right else "wrong") for mark in marks]
        for place, tick in enumerate(ticks):
            if one and tick:
                inputs.nth(place).check()
                break
            if not one:
                inputs.nth(place).set_checked(tick)
    question.get_by_role("button", name="Check").click()


@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize("kind", ["one", "several", "number"])
def test_an_answer_is_marked_at_once_with_its_reason(open_page, kind, right):
    page = open_page(LESSON)
    question = find(page, kind)
    said = question.get_by_role("status")
    assert question.locator(".quiz__key").is_hidden() and said.inner_text() == ""
    give(question, right)
    reason = question.locator(".quiz__reason").text_content().strip()
    assert said.inner_text().startswith("✓ Right." if right else "✗ Not right.")
    assert reason in said.text_content()
    assert question.get_by_role("button").evaluate("button => button === document.activeElement")
    (record,) = page.evaluate(f"Object.values({KEPT})")
    assert (record["times"], record["right"], record["box"]) == (1, int(right), int(right))
    assert ("right last time" if right else "missed last time") in question.locator("summary").inner_text()


def test_what_belongs_to_a_choice_is_said_to_those_who_take_it(open_page):
    question = find(open_page(LESSON), "one")
    wrong = question.locator("[data-quiz-is=wrong]", has=question.page.locator(".quiz__said")).first
    text, said = (wrong.locator(f".quiz__{part}").text_content() for part in ("text", "said"))
    question.get_by_label(text).check()
    question.get_by_role("button", name="Check").click()
    assert said in question.get_by_role("status").text_content()
    assert question.locator("label", has_text=text).inner_text().endswith("✗ not right")
    right = question.locator("[data-quiz-is=right] .quiz__text").text_content()
    assert question.locator("label", has_text=right).inner_text().endswith("✓ right")
    question.get_by_label(right).check()
    assert question.locator(".quiz__mark").count() == 0, "marks of another answer"
    assert question.get_by_role("status").inner_text() == ""


def test_the_choices_stand_as_they_were_written(open_page):
    question = find(open_page(LESSON), "one")
    labels = [text.strip() for text in question.locator("label").all_inner_texts()]
    assert labels == [text.strip() for text in question.locator(".quiz__text").all_text_contents()]


def test_what_is_no_number_is_not_marked(open_page, subtests):
    page = open_page(LESSON)
    question = find(page, "number")
    for text in ("", "  ", "many", "1.2.3", "--4", "1,2,3", "e5"):
        with subtests.test(text):
            question.get_by_role("status").evaluate("status => { status.textContent = ''; }")
            question.get_by_role("textbox").fill(text)
            question.get_by_role("textbox").press("Enter")
            assert question.get_by_role("status").inner_text() == "Type a number first, such as 12 or 0.25."
            assert page.evaluate("localStorage.getItem('nnf.quiz')") is None


def test_nothing_chosen_is_not_marked(open_page):
    page = open_page(LESSON)
    for kind, hint in [("one", "Choose one first."), ("several", "Tick one or more first.")]:
        question = find(page, kind)
        question.get_by_role("button", name="Check").click()
        assert question.get_by_role("status").inner_text() == hint
    assert page.evaluate("localStorage.getItem('nnf.quiz')") is None


@pytest.mark.parametrize(
    ("value", "tolerance", "right", "wrong"),
    [
        (-24, 0, ["-24", "−24", "–24,0", " - 24 ", "-2.4e1"], ["24", "-24.001"]),
        (0.2215, 0.01, ["0.22", ",2215", "0,2315", ".2115", "22 %", "2.2E-1"], ["0.2317", "22", "0"]),
        (91125, 0, ["91125", "91,125", "91 125", "91'125", "91.125", "91,125.0"], ["91", "911,25"]),
        (3.14, 0.005, ["3.14", "3,141", "+3.14"], ["314", "3.146"]),
    ],
)
def test_a_number_may_be_written_in_many_ways(open_page, course, value, tolerance, right, wrong):
    page = open_page(LESSON)
    (scripts,) = {path.parent.name for path in course.folder.glob("assets*/questions.js")}
    page.evaluate(
        """async ([value, tolerance, scripts]) => {
            const old = document.querySelector("details.quiz:has([data-quiz=number])");
            const fold = old.cloneNode(true);
            fold.querySelector("form").remove();
            delete fold.dataset.live;
            Object.assign(fold.querySelector("[data-quiz-value]").dataset, {quizValue: value, quizTolerance: tolerance});
            old.replaceWith(fold);
            const [{Answers}, {ask}] = await Promise.all(["answers", "question"].map((name) => import(scripts + name + ".js")));
            ask(fold, "here", new Answers("test"));
        }""",
        [value, tolerance, f"{course.url}{scripts}/"],
    )
    question = find(page, "number")
    for text in right + wrong:
        question.get_by_role("textbox").fill("")
        question.get_by_role("textbox").fill(text)
        question.get_by_role("button", name="Check").click()
        verdict = question.locator(".quiz__outcome").inner_text()
        assert verdict == ("✓ Right." if text in right else "✗ Not right."), text


def test_by_keyboard_alone(open_page):
    page = open_page(LESSON)
    page.locator("details.quiz summary").first.focus()
    question = page.locator("details.quiz").first
    assert question.locator("[data-quiz=one]").count()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert question.get_by_role("radio").nth(1).is_checked()
    page.keyboard.press("Enter")  # in a form this is the button
    assert question.get_by_role("radio").nth(1).evaluate("radio => radio === document.activeElement")
    assert question.locator(".quiz__outcome").count()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Check"
    page.keyboard.press("Space")
    assert question.locator(".quiz__outcome").count()
    assert page.evaluate("document.activeElement.textContent") == "Check"


def test_each_field_has_a_name_and_room(open_page):
    page = open_page(LESSON, size="phone")
    for kind, role in [("one", "radio"), ("several", "checkbox"), ("number", "textbox")]:
        question = find(page, kind)
        asked = " ".join(question.locator("summary").text_content().split())
        group = question.get_by_role("group").last
        assert asked in " ".join(group.aria_snapshot().split("\n")[0].replace("'", "").split())
        for field in question.get_by_role(role).all():
            assert field.evaluate("field => field.labels.length") == 1
            box = field.bounding_box()
            assert min(box["width"], box["height"]) >= 24
        button = question.get_by_role("button", name="Check").bounding_box()
        assert min(button["width"], button["height"]) >= 24


def test_without_scripts_the_list_and_the_reason_stand_there(open_page):
    page = open_page(LESSON, java_script_enabled=False)
    question = page.locator("details.quiz").first
    question.locator("summary").click()
    assert question.locator(".quiz__choices li").first.is_visible()
    assert question.locator(".quiz__reason").is_visible()
    assert page.locator("form.quiz__form").count() == 0
    page = open_page("review/", java_script_enabled=False)
    assert "The review needs JavaScript" in page.locator("article").inner_text()


def test_on_paper_the_key_stands_and_the_form_does_not(open_page):
    page = open_page(LESSON)
    question = find(page, "one")
    page.emulate_media(media="print")
    assert question.locator(".quiz__key").is_visible() and question.locator("form").is_hidden()


def test_what_was_answered_outlives_a_reload(open_page):
    page = open_page(LESSON)
    give(find(page, "one"), right=False)
    (key,) = page.evaluate(f"Object.keys({KEPT})")
    assert key == f"{LESSON}#{page.locator('details.quiz:has([data-quiz=one])').first.get_attribute('id')}"
    page.reload()
    summary = page.locator("details.quiz:has([data-quiz=one]) summary").first
    assert "missed last time" in summary.inner_text()
    other = page.context.new_page()
    other.goto(page.url)
    give(find(other, "one"))
    page.wait_for_function("document.querySelector('.quiz__state')?.textContent.includes('right last time')")
    assert "is forgotten" not in find(other, "one").locator(".quiz__verdict").inner_text()
    assert not find(page, "one").get_by_role("radio").first.is_checked()


def test_the_review_brings_back_what_was_missed(open_page, course):
    page = open_page(LESSON)
    for kind, right in [("one", False), ("several", True), ("number", False)]:
        give(find(page, kind), right)
    asked = find(page, "one").locator("summary span").first.inner_text()
    page.goto(course.url + "review/")
    status = page.locator(".review__status")
    question = page.locator(".review details.quiz")
    question.wait_for()
    assert "2 questions are due. This one is from Storage and views." in status.inner_text()
    give(question, right=False)  # again: it comes back after the others
    page.get_by_role("button", name="Next question").click()
    page.wait_for_selector(".review details.quiz:has([data-quiz])")
    page.wait_for_function("document.activeElement.matches('.review summary')")
    give(question, right=True)
    page.get_by_role("button", name="Next question").click()
    page.wait_for_function("document.querySelector('.review__status').textContent.startsWith('One question')")
    assert asked in question.locator("summary").inner_text() or question.locator("[data-quiz=number]").count()
    give(question, right=True)
    page.get_by_role("button", name="Finish").click()
    page.wait_for_function("document.querySelector('.review__status').textContent === 'Nothing is due.'")
    tomorrow = datetime.date.fromisoformat(page.evaluate("new Date(Date.now() + 864e5).toLocaleDateString('en-CA')"))
    waiting = page.locator(".review").inner_text()
    assert "3 questions wait:" in waiting
    assert f"3 until {tomorrow.day} {tomorrow:%B} {tomorrow.year}" in waiting


def test_who_wants_to_can_practise_though_nothing_is_due(open_page, course):
    page = open_page(LESSON)
    keys = [f"{LESSON}#{find(page, kind).get_attribute('id')}" for kind in ("one", "number")]
    keep(page, {keys[0]: record(2, "2998-01-01") | {"right": 1}, keys[1]: record(2, "2999-01-01")})
    page.goto(course.url + "review/")
    page.get_by_role("button", name="Practise all the same").click()
    status = "document.querySelector('.review__status').textContent"
    page.wait_for_function(f"{status}.startsWith('2 questions to practise. This one is from Storage and views')")
    question = page.locator(".review details.quiz")
    assert question.get_attribute("id") == keys[1].partition("#")[2], "what was missed comes first"
    assert page.get_by_role("button", name="Practise all the same").is_hidden()
    give(question)
    page.get_by_role("button", name="Next question").click()
    page.wait_for_function(f"{status}.startsWith('1 question to practise')")
    give(question)
    page.get_by_role("button", name="Finish").click()
    page.wait_for_function(f"{status} === 'Nothing is due.'")
    dues = page.evaluate(f"Object.values({KEPT}).map(({{due, box}}) => [due, box])")
    assert sorted(dues) == [["2998-01-01", 2], ["2999-01-01", 2]]
    assert page.get_by_role("button", name="Practise all the same").is_visible()


def keep(page, records):
    page.evaluate("text => localStorage.setItem('nnf.quiz', text)", json.dumps({"version": 1, "questions": records}))


def record(box=0, due="2026-01-01"):
    return {"times": 1, "right": 0, "last": "wrong", "box": box, "due": due}


def test_a_question_that_was_known_comes_back_after_1_3_7_and_21_days(open_page, course):
    page = open_page(LESSON)
    question = find(page, "one")
    key = f"{LESSON}#{question.get_attribute('id')}"
    for before, after, days in [(0, 1, 1), (1, 2, 3), (2, 3, 7), (3, 4, 21), (4, 4, 21)]:
        page.clock.set_fixed_time(datetime.datetime(2026, 2, 27, 12))
        keep(page, {key: record(before, "2026-02-27")})
        page.reload()
        give(find(page, "one"))
        kept = page.evaluate(f"{KEPT}[{json.dumps(key)}]")
        assert kept["box"] == after
        assert kept["due"] == (datetime.date(2026, 2, 27) + datetime.timedelta(days)).isoformat()
    page.reload()
    give(find(page, "one"))  # before it is due: that counts, and moves nothing
    kept = page.evaluate(f"{KEPT}[{json.dumps(key)}]")
    assert (kept["times"], kept["right"], kept["box"], kept["due"]) == (3, 2, 4, "2026-03-20")
    page.reload()
    give(find(page, "one"), right=False)
    kept = page.evaluate(f"{KEPT}[{json.dumps(key)}]")
    assert (kept["box"], kept["due"]) == (0, "2026-02-27")


def test_questions_that_no_longer_exist_are_dropped(open_page, course):
    page = open_page("review/")
    here = page.locator(".review__status")
    assert "you have not answered a question yet" in here.inner_text()
    later = record(2, "2999-01-01")
    keep(page, {f"{LESSON}#q-00000000": record(), f"{LESSON}#q-11111111": later})
    page.reload()
    page.wait_for_function("document.querySelector('.review__status')?.textContent === 'Nothing is due.'")
    assert page.evaluate(f"Object.keys({KEPT})") == [f"{LESSON}#q-11111111"]
    assert "1 question waits:" in page.locator(".review").inner_text()


def test_a_lesson_that_no_longer_exists_is_dropped(course, browser):
    with browser.new_context(
        service_workers="block"
    ) as context:  # a window of its own: the missing page is no fault here
        page = context.new_page()
        page.goto(course.url + "review/")
        keep(page, {"lessons/none/#q-00000000": record(), "//example.org/#q-00000000": record()})
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.reload()
        page.wait_for_function("document.querySelector('.review__status')?.textContent.startsWith('Nothing is due')")
        assert page.evaluate(KEPT) == {}
        assert all(url.startswith((course.url, "data:")) for url in asked)


def test_without_a_connection_nothing_is_dropped(course, browser):
    with browser.new_context(service_workers="block") as context:
        page = context.new_page()
        page.goto(course.url + "review/")
        keep(page, {f"{LESSON}#q-00000000": record()})
        page.route(f"**/{LESSON}", lambda route: route.abort())
        page.reload()
        page.wait_for_function(
            "document.querySelector('.review__status')?.textContent.includes('could not be fetched')"
        )
        assert page.evaluate(f"Object.keys({KEPT})") == [f"{LESSON}#q-00000000"]


def test_damaged_storage_is_read_as_far_as_it_goes(open_page, subtests):
    page = open_page(LESSON)
    for text in ("{", "null", "[]", '{"questions": 3}', '{"questions": {"x": 1}}'):
        with subtests.test(text):
            page.evaluate("text => localStorage.setItem('nnf.quiz', text)", text)
            page.reload()
            give(find(page, "one"))
            assert len(page.evaluate(f"Object.keys({KEPT})")) == 1


def test_a_damaged_record_is_left_out_and_others_stay(open_page):
    page = open_page(LESSON)
    good = f"{LESSON}#q-11111111"
    bad = {"box": 9}, {"due": "soon"}, {"due": 3}, {"times": -1}, {"last": "<b>"}, {"box": "1"}
    keep(page, {good: record(1, "2999-01-01")} | {f"{LESSON}#q-{n:08}": record() | part for n, part in enumerate(bad)})
    page.reload()
    give(find(page, "one"))
    assert good in (keys := page.evaluate(f"Object.keys({KEPT})"))
    assert len(keys) == 2


def test_blocked_storage_is_no_hindrance(course, browser):
    blocked = "get() { throw new DOMException('blocked', 'SecurityError'); }"
    with browser.new_context() as context:  # a window of its own: the theme's own lines say that it is blocked, too
        context.add_init_script(f"Object.defineProperty(window, 'localStorage', {{ {blocked} }});")
        page = context.new_page()
        page.goto(course.url + LESSON)
        question = find(page, "one")
        give(question, right=False)
        assert "missed last time" in question.locator("summary").inner_text()
        assert "is forgotten when you leave" in question.locator(".quiz__verdict").inner_text()
        page.goto(course.url + "review/")
        page.wait_for_function("document.querySelector('.review__status')?.textContent.includes('keeps nothing')")


def test_starting_again_forgets_all_answers(open_page, course):
    page = open_page(LESSON)
    give(find(page, "one"))
    page.goto(course.url + "review/")
    again = page.get_by_role("button", name="Forget all answers and start again")
    again.wait_for()
    page.once("dialog", lambda dialog: dialog.dismiss())
    again.click()
    assert len(page.evaluate(KEPT)) == 1
    page.once("dialog", lambda dialog: dialog.accept())
    again.click()
    page.wait_for_function("document.querySelector('.review__status').textContent.includes('not answered a question')")
    assert page.evaluate(KEPT) == {}
    assert again.is_hidden()
    assert page.evaluate("document.activeElement.matches('.review__status')")


def test_without_a_key_of_its_own_a_site_keeps_answers_under_its_path(course, browser):
    with browser.new_context(service_workers="block") as context:
        page = context.new_page()
        page.route("**/questions.js?store=*", lambda route: route.abort())
        page.goto(course.url + LESSON)
        page.evaluate("import(new URL('questions.js', document.querySelector('script[src$=\"/live.js\"]').src))")
        give(find(page, "one"))
        assert page.evaluate("Object.keys(localStorage).filter((key) => key.endsWith('questions'))") == [
            "/course/questions"
        ]
