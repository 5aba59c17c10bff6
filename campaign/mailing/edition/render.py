"""From plain values to text and HTML: templates, styles moved into the elements, nothing from elsewhere."""

from functools import cache

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from campaign.congress.bills import on_one_line
from campaign.mailing.edition import digest, numbers
from campaign.mailing.edition.digest import Group, Page
from campaign.mailing.edition.news import News
from campaign.mailing.message import MARK, Picture, Sealed, Sender, seal
from campaign.settings import shipped


@cache
def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(shipped("templates") / "email"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters["bound"] = on_one_line
    return found


@cache
def _inliner() -> css_inline.CSSInliner:
    # The media block for dark mode stays in the head; nothing is ever loaded for a style.
    return css_inline.CSSInliner(
        load_remote_stylesheets=False, keep_style_tags=True, keep_at_rules=True, extra_css=None
    )


def filled(template: str, **values: object) -> str:
    """A template of templates/email with its fields filled; HTML gets its styles in the elements."""
    text = _environment().get_template(template).render(**values)
    return _inliner().inline(text) if template.endswith(".html") else text


def digest_mail(sender: Sender, page: Page, picture: Picture | None) -> Sealed:
    """The digest for one group, ready but for each reader's own link and headers."""
    values = {"page": page, "sender": sender, "picture": picture, "mark": MARK}
    return seal(
        sender,
        subject=page.subject,
        text=filled("digest.txt", **values),
        html=filled("digest.html", **values),
        pictures=(picture,) if picture else (),
    )


def digest_html(sender: Sender, page: Page) -> str:
    """A digest's HTML alone, without its chart, to be read here."""
    return filled("digest.html", page=page, sender=sender, picture=None, mark=MARK)


class Renderer:
    """Renders one edition for its groups. Groups that follow the same proposals share a chart, drawn once."""

    def __init__(self, news: News, sender: Sender, *, note_en: str = "", note_es: str = "") -> None:
        self.news = news
        self.sender = sender
        self.notes = {"en": note_en.strip(), "es": note_es.strip()}
        self._charts: dict[tuple[str, tuple[str, ...]], Picture | None] = {}

    def page(self, group: Group) -> Page:
        return digest.page(self.news, group, base_url=self.sender.base_url, note=self.notes[group.language])

    def mail(self, group: Group) -> tuple[str, Sealed]:
        """A group's subject and its mail. Raises Refused when that is over the size budget."""
        page = self.page(group)
        return page.subject, digest_mail(self.sender, page, self._chart(group))

    def _chart(self, group: Group) -> Picture | None:
        key = (group.language, group.proposals)
        if key not in self._charts:
            self._charts[key] = numbers.picture(self.news, group.proposals, group.language)
        return self._charts[key]
