from __future__ import annotations

from region_grower_hpc.efeatures.figures.cell_styles import cell_styles
from region_grower_hpc.efeatures.figures.legend import legend
from tests.efeatures.figures.pdf_text import n_pages


def test_56_cells_have_styles_of_their_own() -> None:
    styles = cell_styles(f"cell {at}" for at in range(57))
    looks = list(styles.values())
    assert len(set(looks[:56])) == 56
    assert looks[56] == looks[0]
    assert list(cell_styles(["b", "a", "b"])) == ["b", "a"]


def test_all_cells_are_listed_160_a_page() -> None:
    assert legend({}) == {}
    assert list(legend(cell_styles(["a\n$", "b"]))) == ["legend.pdf", "legend.png"]
    many = legend(cell_styles(f"cell {at}" for at in range(161)))
    assert list(many) == ["legend.pdf", "legend_1.png", "legend_2.png"]
    assert n_pages(many["legend.pdf"]) == 2
