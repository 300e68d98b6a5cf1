"""One version and one name, wherever they stand; hints that work from a checkout."""

import re
import tomllib

import yaml

from summ.distribution import VERSION, how_to_install, version_of
from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_version_is_the_same_everywhere():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    first = re.search(r"^## \[([^\]]+)\]", changes, flags=re.MULTILINE)
    assert first is not None
    assert {first[1], citation["version"], version_of("summ")} == {VERSION}
    assert "version" in PROJECT["project"]["dynamic"]
    assert (
        PROJECT["tool"]["setuptools"]["dynamic"]["version"]["attr"] == "summ.distribution.VERSION"
    )


def test_no_message_installs_somebody_elses_summ():
    texts = [*(ROOT / "summ").rglob("*.py"), *(ROOT / "summ").rglob("*.j2"), *ROOT.glob("*.md")]
    texts += [*(ROOT / "docs").rglob("*.md"), *(ROOT / "configs").glob("*.yaml")]
    named = {
        extra
        for path in texts
        for extra in re.findall(r"\binstall [\"']?summ\b\S*", path.read_text(encoding="utf-8"))
    }
    assert not named


def test_every_extra_that_is_named_exists():
    used = {
        extra
        for path in (ROOT / "summ").rglob("*.py")
        for extra in re.findall(
            r"how_to_install\([\"'](\w+)[\"']\)", path.read_text(encoding="utf-8")
        )
    }
    assert used and used <= set(PROJECT["project"]["optional-dependencies"])
    assert all(f'".[{extra}]"' in how_to_install(extra) for extra in used)
