"""What money is asked for on: no form that is published carries an amount that is estimated.

Every requisition and every financial report is read, page and paper.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import lxml.html
import pytest

from statsbidrag.documents.catalogue import views
from statsbidrag.dossier.gathering import dossier_of
from statsbidrag.files.raw_folder import Raw
from statsbidrag.rendering.document import render
from statsbidrag.swedish.typography import kronor
from tests.conformance.conftest import ESTIMATE
from tests.conformance.reading import plain_text
from tests.helpers.program import A24, A25, RawCopy, copy_of_raw, sha256

pytestmark = pytest.mark.conformance

WHY = "Lämnat tomt: vår beräkning vilar på skattade uppgifter och är inget beslutat belopp."
OSTERSUND = "kommun/2380-ostersund"


def asked_for(output: Path, agreement: str) -> dict[tuple[str, str], int | None]:
    """What each recipient can ask for, from the published table; nothing where one is estimated."""
    posts = defaultdict(list)
    with (output / agreement / "current" / "allocation.csv").open(encoding="utf-8-sig") as opened:
        for row in csv.DictReader(opened, delimiter=";"):
            decided = row["publicerat, kr"] or row["mognad"] != "skattad"
            sek = int(row["belopp, kr"]) if decided else None
            posts[row["mottagartyp"], row["kod"]].append(sek)
    return {who: None if None in sek else sum(sek) for who, sek in posts.items()}


def shown_on(form: Path) -> tuple[list[str], list[str]]:
    """The amounts on a form's page and on its paper: whatever has thousands, or a unit."""
    page = lxml.html.parse(form).getroot()
    filled = page.xpath("//*[contains(@class, 'filled') and contains(@class, 'sum')]/text()")
    typed = page.xpath("//input[@value]/@value | //textarea/text()")
    for example in page.xpath("//*[contains(@class, 'mistake')]"):
        example.drop_tree()
    spoken = " ".join(page.text_content().split())
    paper = " ".join(plain_text(form.with_suffix(".pdf")).split())
    amounts = re.compile(r"\d{1,3}(?:\s\d{3})+(?: kr)?|\d+ kr")
    on_page, on_paper = amounts.findall(spoken), amounts.findall(paper)
    assert len(filled) == len(on_page), form
    assert [text for text in typed if text.strip()] == [], form
    assert (WHY in spoken) == (not filled), form
    return on_page, on_paper


@pytest.mark.parametrize("agreement", [A24, A25])
def test_no_form_carries_an_estimated_amount(agreement: str, output: Path) -> None:
    folder = output / agreement / "current"
    asked = asked_for(output, agreement)
    forms = [*folder.rglob("rekvisition.html"), *folder.rglob("ekonomisk-redovisning.html")]
    assert len({path.parent for path in forms}) == len(asked) == 333
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        shown = dict(zip(forms, pool.map(shown_on, forms, chunksize=16), strict=True))
    blank = 0
    for form, both in shown.items():
        code = form.parts[-2].partition("-")[0]
        who = {"skr": ("SKR", "SKR"), "lan": ("län", code)}
        sek = asked[who.get(form.parts[-2]) or who.get(form.parts[-3]) or (form.parts[-3], code)]
        expected = [] if sek is None else [kronor(sek).replace("\N{NO-BREAK SPACE}", " ")]
        blank += sek is None
        for amounts in both:
            assert amounts == expected, form.relative_to(output)
    assert blank


def definitive(raw: RawCopy) -> None:
    """A table of the same figures, which its producer vouches for, replaces the estimate."""
    estimate = raw.path(ESTIMATE)
    name = "population/folkmangd_2024-11-01_kommun_alder_kon"
    told = estimate.with_suffix(".yaml").read_text("utf-8")
    told = told.replace("maturity: estimate", "maturity: definitive")
    told = told.replace("producer: projektets skattning", "producer: SCB")
    told = told.replace(f"file: {estimate.name}", f"file: {Path(name).name}.json")
    told = f"{told}replaces: {sha256(estimate.read_bytes())}\n"
    raw.path(f"{name}.yaml").write_text(told, "utf-8")
    # The same figures, but not the same file.
    raw.write(f"{name}.json", json.dumps(json.loads(estimate.read_bytes()), indent=1).encode())


def test_a_definitive_table_fills_in_what_its_estimate_left_blank(tmp_path: Path) -> None:
    raw = copy_of_raw(tmp_path / "raw")
    definitive(raw)
    names = {f"{OSTERSUND}/rekvisition", f"{OSTERSUND}/ekonomisk-redovisning"}
    forms = [view for view in views(dossier_of(Raw(raw.root), A25)) if view.path in names]
    for view in forms:
        for name, content in render(view).named().items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(content)
        assert shown_on(tmp_path / f"{view.path}.html") == (["1 337 343 kr"], ["1 337 343 kr"])
    assert len(forms) == 2
