"""Images of digits, and what models of images cost and give.

- `digits`: the images, their means and distances, and a small net for them.
- `pictures`: small images drawn side by side.
- `image_models`: published tables of how fast and how accurate image models are.
- `profiling`: speed, memory, parameters and accuracy of a model.
- `pareto`: the models that no other one beats.
"""
