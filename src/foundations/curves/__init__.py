"""Curves with a few parameters, how badly they fit, and the walk downhill.

- `quadratic`: the curve, its closed-form fit, and the lessons' twenty points.
- `noise`: what measuring adds to a curve.
- `losses`: how far predictions are from their targets, in one number.
- `descent`: gradient descent, the check of its gradients, and search without them.
- `rectified`: rectified linear units and their sums.
- `relu_fits`: sums of them fitted to points, and the broken lines that no sum can beat.
- `_broken_lines`: where such a fit begins, and how few pieces do within an allowance.
- `plots`: functions, points, residuals and losses, drawn.
"""
