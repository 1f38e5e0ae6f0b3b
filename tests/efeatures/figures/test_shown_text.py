from __future__ import annotations

import math

from region_grower_hpc.efeatures.figures.shown_text import (
    shown_number,
    shown_percent,
    shown_text,
)


def test_a_text_is_one_line_of_characters_that_print() -> None:
    assert shown_text("a\nb\x00\ud800é", 20) == "a?b??é"
    assert shown_text(7, 20) == "7"


def test_a_long_text_loses_its_middle() -> None:
    assert shown_text("abcdefghij", 10) == "abcdefghij"
    assert shown_text("abcdefghijk", 5) == "ab…jk"
    assert shown_text("abcdefghijk", 4) == "ab…k"


def test_numbers_have_a_true_minus_sign() -> None:
    assert shown_number(-0.12345) == "−0.123"
    assert shown_number(None) == shown_number(math.nan) == shown_number(-math.inf) == "?"
    assert shown_percent(-18.84) == "−18.8 %"
