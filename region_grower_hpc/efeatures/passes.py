"""The jobs of a command, one after the other, with the output that each stands for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from region_grower_hpc.efeatures.drawing_job import DrawingJob
from region_grower_hpc.efeatures.measuring_job import MeasuringJob
from region_grower_hpc.efeatures.reading_job import ReadingJob
from region_grower_hpc.efeatures.settings import EfeatureSettings
from region_grower_hpc.engine.job import Job


def passes(settings: EfeatureSettings, *, with_features: bool) -> list[tuple[Job[Any], Path]]:
    """Reading, then measuring, then drawing, as far as they are asked for.

    Args:
        settings: of all of them.
        with_features: whether features are extracted.
    """
    jobs: list[tuple[Job[Any], Path]] = [(ReadingJob(settings), settings.recordings_file)]
    if with_features:
        jobs.append((MeasuringJob(settings), settings.features_file))
    if settings.plot:
        drawing = DrawingJob(settings, with_features=with_features)
        jobs.append((drawing, settings.figures))
    return jobs
