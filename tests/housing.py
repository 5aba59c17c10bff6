"""A campaign about another subject than the one that ships, on three real bills of the 119th Congress.

Titles, sponsors, days and committees are those of Congress's bill status data as of 2026-06-01.
"""

from datetime import date

import observations

from campaign.congress.observation import CommitteeRow, PersonRow

TITLE = "Streamlining Rural Housing Act of 2025"
BILLS = [
    observations.observed(
        bill="hr4989-119", title=TITLE, actions=(),
        sponsor=PersonRow(bioguide="S001188"), introduced=date(2025, 8, 15),
        committees=(CommitteeRow(code="HSBA", name="Financial Services Committee", referred=True),),
    ),
    observations.observed(
        bill="s2423-119", title=TITLE, actions=(),
        sponsor=PersonRow(bioguide="M000934"), introduced=date(2025, 7, 23),
        committees=(CommitteeRow(code="SSBK", name="Banking Committee", referred=True),),
    ),
    observations.observed(
        bill="hr6847-119", title="Fair Wages for Farmworkers Act", actions=(),
        sponsor=PersonRow(bioguide="D000594"), introduced=date(2025, 12, 18),
        committees=(CommitteeRow(code="HSJU", name="Judiciary Committee", referred=True),),
    ),
]  # fmt: skip
# What an organizer types into the forms: the label of each field with its text.
WORDS = (
    ("Title (English)", "Homes for rural America"),
    ("Title (Español)", "Viviendas para el campo"),
    ("Summary (English)", "One act would let agencies share their reviews."),
    ("Summary (Español)", "Una ley haría compartir las revisiones."),
)
NAMES = (("Name in English", "Rural Housing Act"), ("Name in Spanish", "Ley de Vivienda Rural"))
EFFECT = (
    ("Text (English)", "The bill would let two agencies share a review.\n\nThe bill would spare a second one."),
    ("Text (Español)", "El proyecto haría compartir una revisión.\n\nEl proyecto ahorraría la segunda."),
)
FIGURE = (
    ("Text (English)", "A site is reviewed twice."),
    ("Text (Español)", "Cada terreno se revisa dos veces."),
    ("Source: who found it, where, when (English)", "A report of 2025"),
    ("Source: who found it, where, when (Español)", "Un informe de 2025"),
)
