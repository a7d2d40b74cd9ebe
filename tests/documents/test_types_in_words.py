"""What types of recipients are called is read from the raw files, in every document."""

from __future__ import annotations

from statsbidrag.documents.catalogue import views
from statsbidrag.dossier.gathering import dossier_of
from tests.cases.small_country import AGREEMENT, SmallCountry
from tests.helpers.pages import page, text_of


def test_another_word_stands_wherever_the_type_is_named(country: SmallCountry) -> None:
    before = dossier_of(country.raw, AGREEMENT)
    path = country.types()
    text = path.read_text("utf-8")
    for old, new in (
        ("definite: kommunerna", "definite: städerna"),
        ("singular: kommun\n", "singular: stad\n"),
        ("each: kommun\n", "each: stad\n"),
        ("heading: Kommunerna", "heading: Städerna"),
    ):
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    after = dossier_of(country.raw, AGREEMENT)
    said = {
        view.path: text_of(page(view).html.decode()) for made in (after,) for view in views(made)
    }
    assert "Städerna" in said["nation/fordelning"]
    assert "25 kr per stad" in said["nation/fordelning"]
    assert "Alby (stad 0114)" in said["kommun/0114-alby/tilldelning"]
    assert any("till städerna" in each.what for each in after.reconciliation.results)
    assert not any("till städerna" in each.what for each in before.reconciliation.results)
