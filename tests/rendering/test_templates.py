"""Templates: what every page has of them, and what lies beside the pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from statsbidrag.files.project import TEMPLATES
from statsbidrag.rendering.templates import environment, html_page, in_words, static_files


def page(folder: Path, template: str, **values: object) -> str:
    (folder / "prov.html.jinja").write_text(template, "utf-8")
    return html_page("prov.html.jinja", templates=folder, **values).decode()


def test_texts_are_texts(tmp_path: Path) -> None:
    assert page(tmp_path, "<p>{{ text }}</p>", text="<b>&") == "<p>&lt;b&gt;&amp;</p>"


def test_a_sum_as_people_write_it_stays_on_its_line(tmp_path: Path) -> None:
    said = page(tmp_path, "{{ text }} {{ 1000 | kronor }}", text="1 000 kr")
    assert said == "1\u00a0000\u00a0kr 1\u00a0000\u00a0kr"


def test_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UndefinedError):
        page(tmp_path, "{{ nothing }}")


def test_the_way_to_what_lies_beside(tmp_path: Path) -> None:
    (tmp_path / "prov.html.jinja").write_text('<link href="{{ static }}css/base.css">')
    made = html_page("prov.html.jinja", templates=tmp_path, static="../static/")
    assert made == b'<link href="../static/css/base.css">'


def test_a_folder_of_templates_is_read_once() -> None:
    assert environment(TEMPLATES) is environment(TEMPLATES)


def test_what_lies_beside_the_pages() -> None:
    files = static_files()
    assert {"css/base.css", "css/print.css", "css/screen.css"} <= files.keys()
    assert {name.partition("/")[0] for name in files} == {"css", "fonts", "js"}
    assert all(content == (TEMPLATES / name).read_bytes() for name, content in files.items())


def test_a_wording_of_the_pages_as_plain_text() -> None:
    assert in_words("maturity_name", "estimate") == "Skattad"
    assert "<" not in in_words("maturity_mark", "unresolved")
