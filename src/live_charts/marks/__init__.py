"""What a chart is made of, one kind of mark in each module: what it takes, and how it is drawn.

`mark` has what all of them share. In the browser a file of the same name in `assets/marks` draws the same.
"""
