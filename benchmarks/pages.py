"""Generated lessons: about 1,000 words, eight snippets, two numbers, a figure on every second page."""

from __future__ import annotations

import random
import textwrap

WORD = "steadily"  # stands once in every lesson, in a sentence: the word that `serve` changes

SUBJECTS = "the loss|a tensor|the slope|one step|the learning rate|every parameter|the curve|a gradient|the noise"
VERBS = "follows|shrinks with|depends on|is compared with|is added to|is drawn over|moves towards|balances"
ENDINGS = "until nothing changes|in every run|as the picture shows|when the data is noisy|on average"

START = """\
import torch
from foundations import add_noise, mk_quad, mse

generator = torch.Generator().manual_seed({seed})
x = torch.linspace(-2, 2, 20)[:, None]
y = add_noise(mk_quad({a}, {b}, 1)(x), 0.15, 1.5, generator=generator)
y.shape
"""
SNIPPETS = [
    "guess = mk_quad(1.5, 1.5, 1.5)\nprint(guess(x)[:3])\n",
    "error = mse(guess(x), y)\nerror\n",
    "params = torch.tensor([1.5, 1.5, 1.5], requires_grad=True)\nparams\n",
    """\
for step in range(50):
    loss = mse(mk_quad(*params)(x), y)
    loss.backward()
    with torch.no_grad():
        params -= 0.01 * params.grad
        params.grad.zero_()
print(f"{loss.item():.3f}")
""",
    "layer = torch.nn.Linear(1, 16)\nhidden = layer(x).relu()\nhidden.shape\n",
    "for scale in (0.5, 1.0, 2.0):\n    print(scale, mse(scale * guess(x), y).item())\n",
]
FIGURE = """\
import matplotlib.pyplot as plt

plt.scatter(x, y)
plt.plot(x, mk_quad(*params.detach())(x), "C1")
plt.show()
"""
NO_FIGURE = "torch.stack([x.squeeze(), y.squeeze()]).mean(dim=1)\n"


def lesson(number: int) -> str:
    """The text of lesson `number`, the same one every time."""
    words = random.Random(number)
    codes = [START.format(seed=number, a=words.randint(2, 4), b=words.randint(1, 3)), *SNIPPETS]
    fences = [f"```python\n{code}```" for code in codes]
    if number % 2:
        fences.append(f"```python\n{NO_FIGURE}```")
    else:
        fences.append(f'```python alt="Twenty points and a parabola near them"\n{FIGURE}```')
    parts = [f"# Lesson {number}\n\nA lesson is read {WORD}, from top to bottom."]
    for section, fence in enumerate(fences, 1):
        parts += [f"## Part {section} of lesson {number}", prose(words), fence, prose(words)]
    parts.append("The loss is {{ loss.item():.3f }} after {{ step + 1 }} steps.")
    return "\n\n".join(parts) + "\n"


def prose(words: random.Random) -> str:
    """A paragraph of some 60 words."""
    choices = [text.split("|") for text in (SUBJECTS, VERBS, SUBJECTS, ENDINGS)]
    sentences = [" ".join(map(words.choice, choices)) for _ in range(6)]
    return textwrap.fill(" ".join(f"{sentence.capitalize()}." for sentence in sentences), 100)
