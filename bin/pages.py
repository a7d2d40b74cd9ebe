"""Draws the representative pages of `docs/sidor/` as small pictures: `make pages`.

Belongs here: which pages, and how small. Does not: the documents, which the last run published.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

PROJECT = Path(__file__).resolve().parents[1]
FOLDER = PROJECT / "docs" / "sidor"
LIMIT = 150_000
A24, A25 = "psykisk-halsa-2024/current", "psykisk-halsa-2025/current"
NATION = f"{A25}/nation/fordelning"
JAMTLAND = f"{A24}/lan/23-jamtlands-lan/beslutsunderlag"
VG = f"{A24}/lan/14-vastra-gotalands-lan/beslutsunderlag"
GOTLAND = f"{A25}/lan/09-gotlands-lan/beslutsunderlag"
PAGES = {
    "riket-invanare": (NATION, "Kronor per invånare"),
    "riket-lanen": (NATION, "Belopp till länen 2025 per post"),
    "jamtland-beslut": (JAMTLAND, "Förslag till beslut"),
    "jamtland-insatser": (JAMTLAND, "Fördelning per område"),
    "vastra-gotaland-nivaer": (VG, "Summa per nivå"),
    "gotland-utkast": (GOTLAND, "Det här ska länet bestämma"),
    "ostersund-tilldelning": (f"{A25}/kommun/2380-ostersund/tilldelning", "Enligt vår beräkning"),
    "jamtland-rekvisition": (f"{A25}/lan/23-jamtlands-lan/rekvisition", "Rekvisition"),
}
"""Each picture: the document, and words that its page is known by."""


def page_with(pdf: Path, words: str) -> int:
    """The number of the first page that has the words."""
    text = subprocess.run(["pdftotext", pdf, "-"], check=True, capture_output=True, text=True)
    for number, page in enumerate(text.stdout.split("\f"), start=1):
        if words in " ".join(page.split()):
            return number
    sys.exit(f"{pdf}: no page has the words: {words}. Change bin/pages.py.")


def draw(pdf: Path, number: int, picture: Path) -> None:
    """The page in so few colours that it is small, and so many that its letters are clear."""
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder, "page")
        only = ("-r", "100", "-f", str(number), "-l", str(number), "-singlefile", "-png")
        subprocess.run(["pdftoppm", *only, pdf, whole], check=True)
        Image.open(f"{whole}.png").quantize(64, Image.Quantize.MAXCOVERAGE).save(
            picture, optimize=True
        )
    if picture.stat().st_size > LIMIT:
        sys.exit(f"{picture.name}: {picture.stat().st_size} bytes, more than {LIMIT}.")


def main(output: Path) -> None:
    """Every picture, from what lies published in `output`."""
    FOLDER.mkdir(exist_ok=True)
    for name, (document, words) in PAGES.items():
        pdf = output / f"{document}.pdf"
        if not pdf.is_file():
            sys.exit(f"{pdf} is not there. Run first: make run")
        draw(pdf, page_with(pdf, words), FOLDER / f"{name}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT / "output")
