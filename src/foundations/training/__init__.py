"""Training a model with PyTorch.

- `loop`: batches, the loop over them, measuring, and predictions.
- `history`: the losses, learning rates and metrics that the loop has seen.
- `schedules`: learning rates that change on the way.
- `linear`: linear regression, in closed form and by a loop.
- `learner`: the loop again, in a framework in small.
- `callbacks`: what a learner calls on the way, to watch or to change the training.
- `_batches`: what the loop and a learner do with rows.
- `_notes`: what they check and write down of the losses.
"""
