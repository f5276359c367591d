"""What things cost: each measurement is a ratio within one run (`python -m
eval.bench.speed.NAME`).
"""
