"""Figures have their source in both languages, and some stand on pages only.

Revision: 0005
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# The sources that came with 0.1.0, and what they are now; what organizers wrote is taken for both languages.
SHIPPED = {
    "U.S. Government Accountability Office, GAO-21-322 (February 2021), with ATF data; repeated in the findings "
    "of H.R. 6736": (
        "U.S. Government Accountability Office, GAO-21-322 (February 2021), with ATF data; repeated in the "
        "findings of H.R. 6736 of the 119th Congress",
        "Oficina de Responsabilidad Gubernamental (GAO), GAO-21-322 (febrero de 2021), con datos de la ATF; "
        "citado en las conclusiones de H.R. 6736 del 119.º Congreso",
    ),
    "Press release on the Stop Arming Cartels Act, February 4, 2025 (estimate)": (
        "Press release on the Stop Arming Cartels Act, February 4, 2025 (estimate)",
        "Comunicado de prensa sobre la Ley para Dejar de Armar a los Cárteles, 4 de febrero de 2025 (estimación)",
    ),
    "UNLIREC, cited in the findings of H.R. 6736": (
        "UNLIREC, cited in the findings of H.R. 6736 of the 119th Congress (December 2025)",
        "UNLIREC, citado en las conclusiones de H.R. 6736 del 119.º Congreso (diciembre de 2025)",
    ),
    "ATF figures, as reported in 2009–2010": (
        "ATF figures, as reported in 2009 and 2010",
        "Cifras de la ATF, publicadas en 2009 y 2010",
    ),
    "Definition used by ATF": ("Definition used by ATF", "Definición que usa la ATF"),
    "Stop US Arms to Mexico, Iron River": (
        "Stop US Arms to Mexico, Iron River",
        "Stop US Arms to Mexico, proyecto Iron River",
    ),
    "María Lima Valdez, translated by Schools for Chiapas": (
        "María Lima Valdez, translated by Schools for Chiapas; the source does not give the year",
        "María Lima Valdez, traducción de Schools for Chiapas; la fuente no indica el año",
    ),
    "Global Exchange, citing human-rights groups": (
        "Global Exchange, citing human-rights groups",
        "Global Exchange, con datos de grupos de derechos humanos",
    ),
}
PAGES_ONLY = ("traced-2005-2008", "straw-purchase", "iron-river", "migrants-interviewed")


def upgrade() -> None:
    with op.batch_alter_table("citedfact") as table:
        table.alter_column("source", new_column_name="source_en")
        table.add_column(sa.Column("source_es", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("letters", sa.Boolean(), nullable=False, server_default=sa.true()))
    facts = sa.table("citedfact", *(sa.column(name) for name in ("id", "source_en", "source_es", "letters")))
    op.execute(facts.update().values(source_es=facts.c.source_en))
    for old, (english, spanish) in SHIPPED.items():
        changed = facts.update().where(facts.c.source_en == old)
        op.execute(changed.values(source_en=english, source_es=spanish))
    op.execute(facts.update().where(facts.c.id.in_(PAGES_ONLY)).values(letters=sa.false()))
    with op.batch_alter_table("citedfact") as table:
        table.alter_column("source_es", server_default=None)
        table.alter_column("letters", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("citedfact") as table:
        table.drop_column("letters")
        table.drop_column("source_es")
        table.alter_column("source_en", new_column_name="source")
