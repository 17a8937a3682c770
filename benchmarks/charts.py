"""How long a live chart of the lessons takes to be computed and drawn anew, beside a frame of the screen."""

from __future__ import annotations

import html
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import deno

from page_runner.program import Output
from page_runner.runner import runner_for

from .report import Row

ROOT = Path(__file__).parent.parent
ASSETS = ROOT / "src/live_charts/assets"
LESSONS = sorted(page for page in ROOT.glob("docs/lessons/*.md") if "\nlive(" in page.read_text("utf-8"))
FRAME = 1 / 60  # seconds
SPEC = re.compile(r'<figure class="live"[^>]* data-spec="([^"]*)"')

# For each chart the median of its redraws: the last slider goes through its positions, or all stays as it is.
SCRIPT = """
import { compute } from "{assets}/live-charts.js";
import { scales } from "{assets}/axes.js";
const { specs, redraws } = await new Response(Deno.stdin.readable).json();
const taken = [];
for (const spec of specs) {
  const scale = scales(spec.axes), places = spec.handles.map(({ start }) => start), times = [];
  const draws = await Promise.all(spec.marks.map(async ({ kind }) =>
    kind === "number" ? () => [] : (await import(`{assets}/marks/${kind}.js`)).draw));
  const last = spec.handles.findLastIndex(({ values }) => values);
  for (let i = 0; i < redraws; i++) {
    if (last >= 0) places[last] = i % spec.handles[last].values.length;
    const start = performance.now();
    const values = compute(spec, places);
    let first = 0;
    spec.marks.forEach((mark, m) => draws[m](values.slice(first, first += mark.size), scale, mark));
    times.push(performance.now() - start);
  }
  taken.push(times.sort((a, b) => a - b)[Math.floor(redraws / 2)] / 1000);
}
console.log(JSON.stringify(taken));
"""


def specs(lesson: Path) -> list[dict[str, Any]]:
    """What the browser's script gets of each chart of a lesson."""
    outputs = runner_for(ROOT).result(lesson).outputs
    found = [SPEC.findall(text) for output in outputs if isinstance(output, Output) for _, text in output.parts]
    return [json.loads(html.unescape(spec)) for each in found for spec in each]


def seconds(charts: list[dict[str, Any]], redraws: int) -> list[float]:
    """Seconds that a redraw of each chart takes, without the browser's own part."""
    program = SCRIPT.replace("{assets}", ASSETS.as_uri())
    given = json.dumps({"specs": charts, "redraws": redraws})
    command = [deno.find_deno_bin(), "eval", program]
    run = subprocess.run(command, input=given, check=True, stdout=subprocess.PIPE, encoding="utf-8")
    return [float(each) for each in json.loads(run.stdout)]


def rows(rounds: int) -> Iterator[Row]:
    """The chart that takes longest."""
    charts = [(lesson, spec) for lesson in LESSONS for spec in specs(lesson)]
    taken = seconds([spec for _, spec in charts], 20 * rounds)
    longest, (lesson, _) = max(zip(taken, charts, strict=True), key=lambda each: each[0])
    yield Row(f"redraw of the slowest live chart, in {lesson.stem}", longest, FRAME, "a frame of the screen", limit=1.0)
