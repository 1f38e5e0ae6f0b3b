"""Ranks and tasks: distributes task ids, keeps what is finished, survives what goes wrong.

The engine knows nothing of neurons. A system gives it a `Job`; `launch.run` does the rest.
"""
