"""From HTML to a PDF that is PDF/A-3a and PDF/UA-1 at once, the same bytes every time.

Belongs here: all that the project knows about WeasyPrint: fonts, the folder it may read, the tags
and metadata that it leaves out, its warnings. Does not: any layout or wording (`templates/`).

Nothing here depends on the machine: no system font, no clock, no network. WeasyPrint is imported
only when the first document is drawn, because importing it takes longer than most commands.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from html.parser import HTMLParser
from io import BytesIO
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from statsbidrag.errors import ProgramError, input_error
from statsbidrag.files.printable_text import font_characters

FONT_FAMILY: Final = "Source Sans 3"
STYLESHEETS: Final = ("css/base.css", "css/print.css")

_ALLOWED_CONTROL: Final = frozenset("\t\n\r")
_TYPES: Final = {".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml"}

_PLAIN: Final = {
    b"<00a0>": b"<0020>",
    b"<00ad>": b"<002d>",
    b"<2010>": b"<002d>",
    b"<2011>": b"<002d>",
}
"""No-break space and the other hyphens, to the characters that stand for them in copied text."""

# PDF/A allows only properties that it knows or that the file itself describes; PDF/UA's own mark is
# not among those it knows.
_PDFUA_IDENTIFICATION: Final = b"""\
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">\
<pdfuaid:part>1</pdfuaid:part></rdf:Description>\
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag>\
<rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>\
<rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>\
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 that the file follows</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>\
</rdf:Description>"""


@dataclass(frozen=True)
class Attachment:
    """A file inside the PDF. `relationship` is PDF's word for what it is to the text."""

    name: str
    content: bytes
    mime: str
    description: str
    relationship: str = "Data"


@dataclass(frozen=True)
class _Engine:
    """What every document of a process shares: fonts, parsed style sheets, known characters.

    `linked` are the style sheets that pages link to, by address, as far as any page has done so.
    """

    base: Path
    fetcher: _TemplateFetcher
    fonts: Any
    stylesheets: tuple[Any, ...]
    characters: frozenset[int]
    linked: dict[str, Any] = field(default_factory=dict)


class _TemplateFetcher:
    """Serves files below one folder, and nothing else from anywhere."""

    # WeasyPrint asks for this name: an address that is refused must end the rendering.
    _fail_on_errors = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def __call__(self, url: str) -> Any:
        from weasyprint.urls import URLFetcherResponse

        path = self._path(url)
        mime = _TYPES.get(path.suffix, "application/octet-stream")
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": mime})

    def _path(self, url: str) -> Path:
        parts = urlsplit(url)
        path = Path(unquote(parts.path)).resolve()
        if parts.scheme != "file" or parts.netloc or not path.is_relative_to(self._folder):
            raise ProgramError(
                f"a document asks for {url}: only files below {self._folder} are served. "
                "Remove the address from the template, or put the file into templates/."
            )
        if not path.is_file():
            raise ProgramError(f"a document asks for {path}: there is no such file.")
        return path


def render_pdf(
    html: str,
    *,
    base: Path,
    title: str,
    created: datetime,
    attachments: Sequence[Attachment] = (),
    stylesheets: Sequence[str] = STYLESHEETS,
) -> bytes:
    """The document as a tagged, archivable PDF; equal input gives equal bytes anywhere.

    `base` is the templates' folder: the only one that is read. `created` is written as the date of
    the document and of its attachments, and must name its time zone. Raises InputError for a
    character that the fonts lack; ProgramError for an address outside `base`, and for anything that
    WeasyPrint warns of.
    """
    if created.tzinfo is None:
        raise ProgramError(f"{title}: the date of creation {created} names no time zone.")
    with _strict_weasyprint(title):
        engine = _engine(base.resolve(), tuple(stylesheets))
        require_characters(html, engine.characters, title)
        return _draw(html, engine, title, created.astimezone(UTC), attachments)


def _draw(
    html: str, engine: _Engine, title: str, created: datetime, attachments: Sequence[Attachment]
) -> bytes:
    from weasyprint import HTML

    page = HTML(string=html, base_url=f"{engine.base.as_uri()}/", url_fetcher=engine.fetcher)
    with _linked_sheets_parsed_once(engine.linked):
        document = page.render(
            font_config=engine.fonts,
            stylesheets=list(engine.stylesheets),
            pdf_variant="pdf/a-3a",
            cache={},
        )
    metadata = document.metadata
    metadata.title = title
    metadata.created = metadata.modified = created.strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata.generator = "statsbidrag"
    metadata.attachments = [_attachment(each, created) for each in attachments]
    _identify_as_pdfua(metadata)
    pdf: bytes = document.write_pdf(finisher=_finish, pdf_variant="pdf/a-3a")
    return pdf


@contextmanager
def _linked_sheets_parsed_once(parsed: dict[str, Any]) -> Iterator[None]:
    """Keeps WeasyPrint from parsing a style sheet anew for every document that links to it.

    What is linked cannot be handed over parsed instead, as the project's own sheets are: it would
    no longer come before a drawing's own width and height.
    """
    from weasyprint import css

    parse = css.CSS

    def linked_sheet(**options: Any) -> Any:
        address = options.get("url")
        # A sheet that another one imports is parsed into that one.
        if address is None or options.get("matcher") is not None:
            return parse(**options)
        if address not in parsed:
            parsed[address] = parse(**{**options, "page_rules": [], "layers": []})
        return parsed[address]

    css.CSS = linked_sheet
    try:
        yield
    finally:
        css.CSS = parse


def _attachment(attachment: Attachment, created: datetime) -> Any:
    from weasyprint import Attachment as Embedded

    embedded = Embedded(
        string=attachment.content,
        name=attachment.name,
        description=attachment.description,
        created=created,
        modified=created,
        relationship=attachment.relationship,
    )
    # WeasyPrint guesses the type from the name, and the guess depends on the machine's tables.
    embedded.source = nullcontext((BytesIO(attachment.content), None, None, attachment.mime))
    return embedded


def _identify_as_pdfua(metadata: Any) -> None:
    """Lets the file say that it is PDF/UA-1 too: WeasyPrint knows one variant at a time."""
    generate = metadata.generate_rdf_metadata

    def generate_both(variant: str, number: int, conformance: str) -> bytes:
        rdf: bytes = generate(variant, number, conformance)
        head, end, rest = rdf.rpartition(b"</rdf:RDF>")
        if not end:
            raise ProgramError("WeasyPrint's metadata no longer end with </rdf:RDF>.")
        return head + _PDFUA_IDENTIFICATION + end + rest

    metadata.generate_rdf_metadata = generate_both


def _finish(document: Any, pdf: Any) -> None:
    """Completes what WeasyPrint leaves out: header cells' scope, each attachment named once."""
    for element in pdf.objects:
        if isinstance(element, dict) and element.get("S") == "/TH":
            row = _referred(pdf, element["P"])
            in_head = _referred(pdf, row["P"])["S"] == "/THead"
            element["A"]["Scope"] = "/Column" if in_head else "/Row"
    if "AF" in pdf.catalog:
        once = dict.fromkeys(pdf.catalog["AF"])
        pdf.catalog["AF"][:] = list(once)
    _read_back_plainly(pdf)
    foreign = {
        name
        for name in (font.name.decode() for font in document.fonts.values())
        if FONT_FAMILY.replace(" ", "-") not in name
    }
    if foreign:
        raise ProgramError(f"fonts that are not ours were used: {', '.join(sorted(foreign))}")


def _read_back_plainly(pdf: Any) -> None:
    """Lets copied and searched text hold ordinary spaces and hyphens, whichever came first.

    The fonts have one glyph for both spaces and one for all hyphens, and the first that a document
    prints would otherwise stand for every one of them: `2024‐12‐01` is not a date to a machine.
    """
    for element in pdf.objects:
        if isinstance(element, dict) and "ToUnicode" in element:
            lines = _referred(pdf, element["ToUnicode"]).stream
            for index, line in enumerate(lines):
                glyph, _, code = line.partition(b" ")
                if code in _PLAIN:
                    lines[index] = glyph + b" " + _PLAIN[code]


def _referred(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]


@lru_cache(maxsize=4)
def _engine(base: Path, stylesheets: tuple[str, ...]) -> _Engine:
    """Fonts and style sheets of one folder, read once per process: a third of a document's time."""
    with _only_our_fonts(base):
        from weasyprint import CSS
        from weasyprint.text.fonts import FontConfiguration

        fonts = FontConfiguration()
    # Fonts lie in a temporary folder, which must go before the interpreter does: in workers of a
    # pool too, where `atexit` does not run.
    Finalize(None, _engine.cache_clear, exitpriority=10)
    fetcher = _TemplateFetcher(base)
    parsed = tuple(
        CSS(url=(base / name).as_uri(), font_config=fonts, url_fetcher=fetcher)
        for name in stylesheets
    )
    return _Engine(base, fetcher, fonts, parsed, font_characters(base))


@contextmanager
def _only_our_fonts(base: Path) -> Iterator[None]:
    """Fontconfig reads our empty list of fonts while this lasts: none is ever substituted."""
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(base / "fonts" / "fonts.conf")
    try:
        with warnings.catch_warnings():
            # "No fonts configured": exactly what is wanted, ours come with the style sheet.
            warnings.filterwarnings("ignore", message="No fonts configured")
            yield
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before


class _Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _strict_weasyprint(title: str) -> Iterator[None]:
    """Turns what WeasyPrint only logs, a missing image or a mistyped property, into an error."""
    heard = _Heard()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(heard)
    propagate, logger.propagate = logger.propagate, False
    try:
        yield
    except BaseException as error:
        # WeasyPrint wraps a fetcher's refusal in an exception that is not an Exception.
        if type(error).__name__ == "FatalURLFetchingError":
            raise ProgramError(f"{title}: {error.__cause__ or error}") from error
        raise
    finally:
        logger.removeHandler(heard)
        logger.propagate = propagate
    if heard.messages:
        # What was parsed with a warning must not be kept: nobody would be warned again.
        _engine.cache_clear()
        raise ProgramError(f"{title}: WeasyPrint says: {'; '.join(heard.messages)}")


# --- Characters ------------------------------------------------------------------------------


def require_characters(html: str, known: Iterable[int], title: str) -> None:
    """Raises InputError for the first visible character without a glyph, with its context."""
    glyphs = known if isinstance(known, frozenset) else frozenset(known)
    for text in _visible(html):
        for place, character in enumerate(text):
            if ord(character) not in glyphs and character not in _ALLOWED_CONTROL:
                context = " ".join(text[max(0, place - 30) : place + 30].split())
                raise input_error(
                    title,
                    f"“{context}”",
                    expected="characters that the documents' fonts have",
                    found=f"{character!r} (U+{ord(character):04X})",
                    action="write it otherwise in the agreement's or the plan's file",
                )


class _TextOf(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in {"style", "script", "title"}
        # Style sheets may print what stands in a data attribute (the foot of a page).
        self.texts.extend(value for name, value in attrs if value and name.startswith("data-"))

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "script", "title"}

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.texts.append(data)


def _visible(html: str) -> list[str]:
    parser = _TextOf()
    parser.feed(html)
    parser.close()
    return parser.texts
