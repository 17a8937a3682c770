"""Training a model with PyTorch.

- `loop`: batches, the loop over them, measuring, and predictions.
- `schedules`: learning rates that change on the way.
- `linear`: linear regression, in closed form and by a loop.
- `learner`: the loop again, with callbacks.
"""
