"""A campaign's color can be read in both schemes, or is refused with one that can."""

import re

import pytest
from coloraide import Color

from campaign.refusals import Refused
from campaign.web.core import look


@pytest.mark.parametrize("accent", ["#0b5563", "#7a1f3d", "#000000", "#0000ff", "#5d554b", "#9b1c1c"])
def test_text_in_it_and_on_it_can_be_read_in_both_schemes(accent: str) -> None:
    assert look.read(f" {accent.upper()} ") == accent
    sheet = look.style_sheet(accent)
    light, dark = sheet.split("@media")
    for rules, page in ((light, look.PAPER), (dark, look.NIGHT)):
        found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6})", rules))
        assert found.keys() == {"accent", "accent-strong", "on-accent", "accent-wash"}
        for one, other in (("accent", page), ("on-accent", found["accent"]), ("accent-strong", page)):
            assert Color(found.get(one, one)).contrast(other, method="wcag21") >= look.LEAST_CONTRAST


@pytest.mark.parametrize("accent", ["red", "#12", "#gggggg", "#fff", "url(x)", "#0b5563; }"])
def test_what_is_no_color_is_refused(accent: str) -> None:
    with pytest.raises(Refused, match="is no color"):
        look.read(accent)


@pytest.mark.parametrize("accent", ["#ffffff", "#ffee00", "#7ccbd6", "#ff8a00"])
def test_too_light_a_color_is_refused_with_one_that_is_dark_enough(accent: str) -> None:
    with pytest.raises(Refused) as refused:
        look.read(accent)
    nearest = re.findall(r"#[0-9a-f]{6}", refused.value.en)[-1]
    assert nearest != accent
    assert look.read(nearest) == nearest
    assert nearest in refused.value.es


def test_no_color_is_the_programs_own() -> None:
    assert look.read("  ") == ""
