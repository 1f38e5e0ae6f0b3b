"""Properties of connections and synapses: connectome_manipulator's conn_props on the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from region_grower_hpc.names_on_use import names_on_use

if TYPE_CHECKING:
    from region_grower_hpc.conn_props.api import build, extract, plot
    from region_grower_hpc.conn_props.conn_props_model import ConnPropsModel

#: name -> module that defines it.
_PLACES = {
    "ConnPropsModel": "conn_props_model",
    "build": "api",
    "extract": "api",
    "plot": "api",
}

__all__ = ["ConnPropsModel", "build", "extract", "plot"]

__getattr__ = names_on_use(__name__, _PLACES)
