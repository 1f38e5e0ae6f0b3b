"""What synthesis takes from reconstructions: soma sizes, trunk angles, barcodes, diameter models.

One pass over the files of an mtype measures each cell (`cell_measures`); the distributions are
made of the measures (`distributions`).
"""
