"""The jobs that a config of connectome-manipulator's build-model asks for."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path

from region_grower_hpc.conn_props.build_job import BuildJob
from region_grower_hpc.conn_props.build_settings import BuildSettings, Fold
from region_grower_hpc.conn_props.draw_job import SAMPLE_SIZE, Drawing, DrawJob
from region_grower_hpc.conn_props.failure_rows import write_failures
from region_grower_hpc.conn_props.model_config import STAGE, ModelConfig
from region_grower_hpc.conn_props.parts import TEST, TRAIN, part_name
from region_grower_hpc.conn_props.passes import extraction_passes
from region_grower_hpc.conn_props.settings import FOLDS, WHOLE, ExtractSettings, Method
from region_grower_hpc.conn_props.survey_job import SurveyJob
from region_grower_hpc.engine.job import Plan
from region_grower_hpc.engine.options import EngineOptions
from region_grower_hpc.engine.passes import Pass
from region_grower_hpc.engine.state_dir import state_dir_of_file, state_dir_of_folder
from region_grower_hpc.formats import atomic

logger = logging.getLogger(__name__)


def config_passes(
    config: ModelConfig, options: EngineOptions, chunk_edges: int, fits: Method
) -> list[Pass]:
    """Extraction, building and drawing, each with a state of its own."""
    parts = _parts(config)
    failures = config.output_dir / "failures.csv"
    settings = ExtractSettings(
        config.circuit_config,
        config.data_file(),
        **config.extract,
        cv_folds=config.cv_folds,
        parts=FOLDS if config.cv_folds else WHOLE,
        seed=config.seed,
        chunk_edges=chunk_edges,
        fits=fits,
        correlations=bool(config.build.get("estimate_cov")),
        failures_csv=failures,
    )
    built = BuildSettings(
        models=tuple(
            (config.data_file(part), config.model_file(part))
            for part in parts
            if not part.endswith(TEST)
        ),
        failures_csv=failures,
        **config.build,
        folds=tuple(_fold(config, number) for number in range(1, config.cv_folds + 1)),
        scores_csv=config.output_dir / "cv_scores.csv" if config.cv_folds else None,
    )
    drawings = tuple(
        Drawing(config.data_file(part), config.model_file(part), config.figures_dir(part))
        for part in parts
    )
    first, *others = extraction_passes(settings, _with_state(options, config.name, "data"))
    if not options.dry_run:
        first = replace(first, job=ConfiguredSurvey(settings, config))
    build = ConfiguredBuild(built, settings, config)
    n_draws = config.plot.get("plot_sample_size", SAMPLE_SIZE)
    # Models and figures are always made anew.
    return [
        first,
        *others,
        _last(build, state_dir_of_file(config.model_file()), options, config),
        _last(
            DrawJob(drawings, failures, n_draws),
            state_dir_of_folder(config.output_dir),
            options,
            config,
        ),
    ]


def _last(
    job: BuildJob | DrawJob, state_dir: Path, options: EngineOptions, config: ModelConfig
) -> Pass:
    own = _with_state(options, config.name, job.name)
    return Pass(job, state_dir, replace(own, overwrite=True, replace_other=True, resume=False))


def _with_state(options: EngineOptions, model: str, name: str) -> EngineOptions:
    """A folder of its own below `--state-dir`."""
    if options.state_dir is None:
        return options
    return replace(options, state_dir=options.state_dir / model / name)


def _parts(config: ModelConfig) -> list[str]:
    """Names of all parts."""
    if not config.cv_folds:
        return [""]
    return [
        part_name(config.cv_folds, index, part)
        for index in range(config.cv_folds)
        for part in (TRAIN, TEST)
    ]


def _fold(config: ModelConfig, number: int) -> Fold:
    train, test = (part_name(config.cv_folds, number - 1, part) for part in (TRAIN, TEST))
    return Fold(number, config.data_file(train), config.data_file(test), config.model_file(train))


@dataclass(frozen=True)
class ConfiguredSurvey(SurveyJob):
    """The first pass, which begins the log."""

    config: ModelConfig | None = None

    def plan(self) -> Plan:
        """The same plan; what is said from now on goes to the log too."""
        if self.config is not None:
            begin_log(self.config)
        return super().plan()


@dataclass(frozen=True)
class ConfiguredBuild(BuildJob):
    """The first pass that comes once nothing is refused any more; it keeps the config."""

    config: ModelConfig | None = None

    def plan(self) -> Plan:
        """The plan; then the config, and what is unknown of it, are written."""
        plan = super().plan()
        if self.config is not None:
            keep_config(self.config)
        return plan


_logs: list[logging.Handler] = []


def begin_log(config: ModelConfig) -> None:
    """Log to the folder of outputs, and no longer to that of a former config."""
    for former in _logs:
        logging.getLogger().removeHandler(former)
        former.close()
    config.output_dir.mkdir(parents=True, exist_ok=True)
    log = logging.FileHandler(config.output_dir / f"{config.name}.log", encoding="utf-8")
    log.setFormatter(logging.Formatter("%(asctime)s - %(levelname)s - %(message)s"))
    logging.getLogger().addHandler(log)
    _logs[:] = [log]


def keep_config(config: ModelConfig) -> None:
    """Write model_config.json, and warn of keys that nobody knows."""
    atomic.write_json(config.output_dir / "model_config.json", config.document)
    for row in config.unknown:
        logger.warning("%s", row.message)
    write_failures(config.output_dir / "failures.csv", STAGE, config.unknown)
