"""The site is built without a warning; the pages' Python runs."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT, SHIPPED
from tests.test_docs import blocks

pytestmark = pytest.mark.slow


def test_the_site_is_built_without_a_warning(tmp_path):
    pytest.importorskip("mkdocs", reason="the extra docs")
    pytest.importorskip("mkdocstrings", reason="the extra docs")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True)
    shown = (tmp_path / "python" / "index.html").read_text(encoding="utf-8")
    assert "summarize" in shown and "ArgumentError" in shown  # the reference, from docstrings


@pytest.mark.parametrize("page", ["README.md", "docs/python.md"])
def test_python_on_a_page_runs(page):
    if not SHIPPED.exists():
        pytest.skip("summ/pretrained/en-small is not in this checkout")
    for block in blocks(ROOT / page, "python"):
        exec(block, {})
