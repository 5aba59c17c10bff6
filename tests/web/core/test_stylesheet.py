"""The style sheet keeps what templates use, and the face of headings has the letters of both languages."""

import io

import pytest
from fontTools.ttLib import TTFont

from campaign.web.core import assets, stylesheet, typeface
from campaign.web.core.stylesheet import Names

TEMPLATE = '<p class="{% if a == "b" %}lead{% endif %} big" data-kind="x"><input class="form-control"></p>'
NAMES = Names.of([TEMPLATE])
BOOTSTRAP = """
@charset "UTF-8";
:root, [data-bs-theme=light] { --used: 1px; --indirect: var(--unused); --unused: red; --of-own: blue }
.lead, .btn > .lead { margin: 0 var(--used) }
.btn { color: red } kbd { color: red } p:not(.btn) { color: red !important }
[data-kind=x] p { color: red }
.form-control::placeholder { color: red }
@media (min-width: 10px) { .btn { color: red } .big { color: red } }
@media print { .btn { color: red } }
"""


@pytest.mark.parametrize(
    ("rule", "stays"),
    [
        (".lead{margin:0 var(--used)}", True),
        (".btn", False),
        ("kbd", False),
        ("p:not(.btn){color:red!important}", True),
        ("[data-kind=x] p{color:red}", True),
        ("data-bs-theme", False),
        (".form-control::placeholder{color:red}", True),
        ("@media (min-width: 10px){.big{color:red}}", True),
        ("@media print", False),
        ("--used:1px", True),
        ("--unused", False),
        ("--of-own:blue", True),
        ("body{color:var(--of-own)}", True),
    ],
)
def test_only_what_can_meet_a_template_stays(rule: str, stays: bool) -> None:
    sheet = stylesheet.combined(BOOTSTRAP, "/* ours */ body { color: var(--of-own) }", NAMES)
    assert (rule in sheet.replace("p:not(.btn)" if rule == ".btn" else "\0", "")) == stays
    assert "/*" not in sheet


def test_a_fault_in_a_sheet_is_told_by_its_line() -> None:
    with pytest.raises(ValueError, match="line 2"):
        stylesheet.combined("", "p { color: red }\n}", NAMES)


def test_the_shipped_sheet_is_a_fraction_of_bootstraps_and_keeps_its_forms() -> None:
    sheet = assets.content("site.css").decode()
    assert len(sheet) < 40_000
    for name in (
        ".form-control:focus{",
        ".form-select{",
        ".form-check-input:checked",
        ".visually-hidden",
        "[hidden]",
    ):
        assert name in sheet
    for name in (".btn", ".modal", ".navbar", "sourceMappingURL"):
        assert name not in sheet


def test_the_face_has_the_letters_of_both_languages_and_keeps_its_license() -> None:
    face = TTFont(io.BytesIO(assets.content("display.woff2")))
    assert set(map(ord, "abzABZ019 áéíóúüñÁÉÍÓÚÜÑ¿¡«»“”‘’–—…%$&")) <= face.getBestCmap().keys()
    names = {record.nameID: record.toUnicode() for record in face["name"].names}
    assert names[1] == typeface.FAMILY
    assert "Source" not in names[6]
    assert "Open Font License" in names[13]
