"""A recorded cell."""

from __future__ import annotations

from dataclasses import dataclass, field

from region_grower_hpc.efeatures.recording import Recording
from region_grower_hpc.efeatures.rheobase import is_rheobase


@dataclass
class Cell:
    """All recordings of a cell, in the order of the metadata.

    Attributes:
        name: of the cell.
        recordings: of all protocols.
        rheobase: smallest current that makes the cell spike, nA; None: not known.
    """

    name: str
    recordings: list[Recording] = field(default_factory=list)
    rheobase: float | None = None

    def get_protocol_names(self) -> list[str]:
        """Protocols with a recording, in the order of their first one."""
        return list(dict.fromkeys(recording.protocol_name for recording in self.recordings))

    def get_recordings_by_protocol_name(self, protocol_name: str) -> list[Recording]:
        """Recordings of a protocol by its exact name."""
        return [one for one in self.recordings if one.protocol_name == protocol_name]

    def get_recordings_id_by_protocol_name(self, protocol_name: str) -> list[int]:
        """Positions in `recordings` of those of a protocol."""
        named = enumerate(self.recordings)
        return [index for index, one in named if one.protocol_name == protocol_name]

    def compute_relative_amp(self) -> None:
        """Amplitudes of all recordings as % of the rheobase; none without one."""
        if not is_rheobase(self.rheobase):
            self.rheobase = None
            for recording in self.recordings:
                recording.relative = {}
            return
        for recording in self.recordings:
            recording.compute_relative_amp(self.rheobase)
