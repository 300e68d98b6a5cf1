"""The site is built without a warning."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow


def test_the_site_is_built_without_a_warning(tmp_path):
    pytest.importorskip("mkdocs", reason="the extra docs")
    pytest.importorskip("mkdocstrings", reason="the extra docs")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True)
    shown = (tmp_path / "python" / "index.html").read_text(encoding="utf-8")
    assert "summarize" in shown and "ArgumentError" in shown  # the reference, from docstrings
