"""Looking at runs from outside: `status` and `rerun`. Nothing here writes to a run's folders."""
