"""The jobs of an extraction, one after the other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from region_grower_hpc.conn_props.bin_job import BinJob
from region_grower_hpc.conn_props.count_job import CountJob
from region_grower_hpc.conn_props.fit_job import FitJob
from region_grower_hpc.conn_props.measure_job import MeasureJob
from region_grower_hpc.conn_props.settings import ExtractSettings
from region_grower_hpc.conn_props.sort_job import SortJob
from region_grower_hpc.conn_props.survey_job import SurveyJob
from region_grower_hpc.engine.job import Job
from region_grower_hpc.engine.options import EngineOptions
from region_grower_hpc.engine.passes import Pass


def extraction_jobs(settings: ExtractSettings) -> list[Job[Any]]:
    """All passes; the last one writes the data files."""
    jobs: list[Job[Any]] = [SurveyJob(settings), SortJob(settings)]
    if settings.max_sample_size_per_group:
        jobs.append(CountJob(settings))
    return [*jobs, MeasureJob(settings), BinJob(settings), FitJob(settings)]


def extraction_passes(settings: ExtractSettings, options: EngineOptions) -> list[Pass]:
    """The same with their states, below that of the last one, which lies beside the data file."""
    if options.state_dir is not None:
        settings = replace(settings, work_dir=options.state_dir)
    own = replace(options, state_dir=None)
    *jobs, last = extraction_jobs(settings)
    group = str(settings.out.absolute())
    passes = [Pass(job, settings.work / job.name, own, group) for job in jobs]
    return [*passes, Pass(last, settings.work, own, group)]
