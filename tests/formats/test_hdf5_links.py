"""What of an HDF5 file may lie in other files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.hdf5_links import check_self_contained, member


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.h5"
    with h5py.File(path, "w") as file:
        file["values"] = np.arange(4)
        file["group/values"] = np.arange(4)
    return path


def link(file: h5py.File, secret: Path) -> None:
    file["a/link"] = h5py.ExternalLink(str(secret), "/values")


def raw(file: h5py.File, secret: Path) -> None:
    file.create_dataset("a/raw", shape=(16,), dtype="u1", external=[(str(secret), 0, 16)])


def virtual(file: h5py.File, secret: Path) -> None:
    layout = h5py.VirtualLayout(shape=(4,), dtype="i8")
    layout[:] = h5py.VirtualSource(secret, "values", shape=(4,))
    file.create_virtual_dataset("a/virtual", layout)


@pytest.mark.parametrize("add", [link, raw, virtual])
def test_a_file_must_hold_its_own_content(
    tmp_path: Path, secret: Path, add: Callable[[h5py.File, Path], None]
) -> None:
    path = tmp_path / "file.h5"
    with h5py.File(path, "w") as file:
        file["a/own"] = np.arange(3)
        file["soft"] = h5py.SoftLink("/a/own")
        file["cycle"] = h5py.SoftLink("/cycle")
        file["a/a"] = file["a"]
    with h5py.File(path) as file:
        check_self_contained(file, path)
    with h5py.File(path, "r+") as file:
        add(file, secret)
    with h5py.File(path) as file, pytest.raises(InvalidInputError) as raised:
        check_self_contained(file, path)
    assert f"'{path}': '/a/{add.__name__}'" in str(raised.value)


def container(folder: Path, target: str | Path, name: str = "/group") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "container.h5"
    with h5py.File(path, "w") as file:
        file["hashed/ab/one"] = h5py.ExternalLink(str(target), name)
    return path


def test_a_container_may_link_into_its_folder_only(tmp_path: Path, secret: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "shard.h5").write_bytes(secret.read_bytes())
    inside = container(tmp_path, "below/shard.h5")
    with h5py.File(inside) as file:
        assert member(file, "hashed/ab/one", inside)["values"][()].tolist() == [0, 1, 2, 3]
        with pytest.raises(KeyError):
            member(file, "hashed/ab/two", inside)
    for target in (secret, "../secret.h5", "../folder/../secret.h5"):
        outside = container(tmp_path / "folder", target)
        with h5py.File(outside) as file, pytest.raises(InvalidInputError) as raised:
            member(file, "hashed/ab/one", outside)
        assert "container.h5': 'hashed/ab/one' is a link to" in str(raised.value)


def test_a_chain_of_links_may_not_end_outside(tmp_path: Path, secret: Path) -> None:
    folder = tmp_path / "folder"
    path = container(folder, "chain.h5")
    with h5py.File(folder / "chain.h5", "w") as file:
        file["group"] = h5py.ExternalLink(str(secret), "/group")
    with h5py.File(path) as file, pytest.raises(InvalidInputError, match=r"secret\.h5"):
        member(file, "hashed/ab/one", path)


def test_a_symbolic_link_may_not_lead_outside(tmp_path: Path, secret: Path) -> None:
    path = container(tmp_path / "folder", "alias.h5")
    (tmp_path / "folder" / "alias.h5").symlink_to(secret)
    with h5py.File(path) as file, pytest.raises(InvalidInputError, match="not in the folder"):
        member(file, "hashed/ab/one", path)


def test_datasets_of_a_member_may_not_lie_outside(tmp_path: Path, secret: Path) -> None:
    path = tmp_path / "folder" / "container.h5"
    path.parent.mkdir()
    for add in (link, raw, virtual):
        with h5py.File(path, "w") as file:
            add(file, secret)
        with h5py.File(path) as file, pytest.raises(InvalidInputError, match=r"'/?a"):
            member(file, "a", path)


def test_shards_may_lie_elsewhere(tmp_path: Path, secret: Path) -> None:
    """As with --container shards and a --container-path outside --out-morph-dir."""
    shard = tmp_path / "morphologies" / "shards" / "00000.h5"
    shard.parent.mkdir(parents=True)
    shard.write_bytes(secret.read_bytes())
    path = container(tmp_path / "folder", "../morphologies/shards/00000.h5")
    with h5py.File(path) as file:
        assert "values" in member(file, "hashed/ab/one", path)
