"""Kill real runs at random moments until there have been enough kills.

``python -m tests.kill.campaign --system synthesis --kills 1000 --results kills.jsonl``

Every output must end with the bytes of an uninterrupted run; nothing finished may be lost, and no
process may hang or stay. A life (an output) with a defect keeps its folder; its seed replays its
choices: ``--only-life SEED``.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.kill.life import Life
from tests.kill.reference import Reference
from tests.kill.report import summary
from tests.kill.results import Results, version
from tests.kill.system import System, read_systems

#: Most kills of one life; each life draws its number.
MOST_KILLS = 12
#: A campaign ends early when so many lives have had a defect, unless told otherwise.
MOST_DEFECTS = 10


@dataclass
class Campaign:
    """Lives of one system, one after the other in each worker.

    Attributes:
        system: what is run.
        n_kills: when to stop.
        work: folder for inputs, reference and lives.
        results: where records go; None for nowhere.
        seed: of the choices.
        n_workers: lives at once.
        only_life: seed of the one life to replay.
        most_defects: lives with a defect after which to stop.
        life_options: bounds of a life other than usual.
    """

    system: System
    n_kills: int
    work: Path
    results: Results | None = None
    seed: str = "0"
    n_workers: int = 1
    only_life: str = ""
    most_defects: int = MOST_DEFECTS
    life_options: dict[str, Any] = field(default_factory=dict)
    records: list[dict[str, Any]] = field(default_factory=list)

    def run(self) -> list[str]:
        """All lives; the defects found."""
        inputs = self.work / "inputs"
        self.system.prepare(inputs)
        reference = Reference.made(self.system, inputs, self.work / "reference")
        self._lock = threading.Lock()
        self._left, self._number, self._version = self.n_kills, 0, version()
        with ThreadPoolExecutor(self.n_workers) as workers:
            for done in [
                workers.submit(self._lives, inputs, reference) for _ in range(self.n_workers)
            ]:
                done.result()
        lives = [record for record in self.records if record["what"] == "life"]
        return [words for life in lives for words in life["defects"]]

    def _lives(self, inputs: Path, reference: Reference) -> None:
        while True:
            with self._lock:
                seed = self.only_life or f"{self.seed}/{self.system.name}/{self._number}"
                n_kills = random.Random(f"kills {seed}").randint(1, MOST_KILLS)
                if not self.only_life:
                    n_kills = min(n_kills, self._left)
                failing = sum(bool(record.get("defects")) for record in self.records)
                if self._left <= 0 or failing >= self.most_defects:
                    return
                folder = self.work / f"life-{self._number}"
                self._number += 1
                self._left -= self._left if self.only_life else n_kills
            life = Life(self.system, inputs, reference, folder, seed, n_kills, **self.life_options)
            record = life.live()
            with self._lock:
                if not self.only_life:
                    self._left += n_kills - record["kills"]
                self._keep(life, record)

    def _keep(self, life: Life, record: dict[str, Any]) -> None:
        records = [{**one, "version": self._version} for one in (*life.kills, record)]
        self.records += records
        if self.results is not None:
            self.results.append(records)
        done = sum(one["what"] == "kill" for one in self.records)
        print(
            f"{self.system.name}: {done}/{self.n_kills} kills; life {life.seed}: "
            f"{record['kills']} kills, {record['length_s']} s"
            f"{', DEFECT' if record['defects'] else ''}",
            flush=True,
        )
        if not record["defects"]:
            life.clear()
            return
        told = "\n\n".join(record["defects"])
        (life.folder / "defects").write_text(f"{told}\n{record}\n", encoding="utf-8")
        for words in record["defects"]:
            print(f"  {words.splitlines()[0]}", flush=True)
        print(
            f"  more in {life.folder}; replay its choices: python -m tests.kill.campaign "
            f"--only-life {life.seed}",
            flush=True,
        )


def main() -> int:
    """The command line; 1 if there was a defect."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--system", action="append", help="of systems.toml; default: all")
    parser.add_argument("--kills", type=int, default=20, help="of each system")
    parser.add_argument("--results", type=Path, help="JSON lines, appended to")
    parser.add_argument("--workers", type=int, default=1, help="lives at once")
    parser.add_argument("--seed", help="default: a random one")
    parser.add_argument("--only-life", default="", metavar="SEED", help="replay one life")
    parser.add_argument("--work", type=Path, help="folder to work in; default: a temporary one")
    arguments = parser.parse_args()
    systems = read_systems()
    chosen = arguments.system or list(systems)
    if arguments.only_life:
        chosen = arguments.only_life.split("/")[1:2]
    unknown = [name for name in chosen if name not in systems]
    if unknown:
        parser.error(f"no system {unknown[0]}: there are {', '.join(systems)}")
    seed = arguments.seed or f"{random.SystemRandom().getrandbits(32):08x}"
    folder = Path(tempfile.mkdtemp(prefix="kill-campaign-", dir=arguments.work))
    results = None if arguments.results is None else Results(arguments.results)
    defects, records = [], []
    for name in chosen:
        campaign = Campaign(
            systems[name],
            arguments.kills,
            folder / name,
            results,
            seed,
            arguments.workers,
            arguments.only_life,
        )
        campaign.work.mkdir(parents=True)
        found = campaign.run()
        records += campaign.records
        defects += found
        if not found:
            shutil.rmtree(campaign.work)
    if not defects:
        shutil.rmtree(folder)
    print()
    print(summary(records if results is None else results.read()))
    return 1 if defects else 0


if __name__ == "__main__":
    sys.exit(main())
