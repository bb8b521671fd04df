"""What the course says of itself, in the forms of two archives, is the same."""

import json

import yaml
from helpers import ROOT


def test_zenodo_is_told_what_citation_cff_says():
    ours = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    theirs = json.loads((ROOT / ".zenodo.json").read_text())
    assert [author["name"] for author in ours["authors"]] == [creator["name"] for creator in theirs["creators"]]
    assert [ours[key] for key in ("title", "license", "keywords")] == [
        theirs[key] for key in ("title", "license", "keywords")
    ]
