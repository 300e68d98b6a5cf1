"""Results appear whole or not at all."""

import errno
import io
import json
import sys
from pathlib import Path

import pytest

from summ.data.files import open_output, sha256, write_json
from summ.errors import DataError


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_a_file_appears_when_the_block_ends(tmp_path):
    path = tmp_path / "out.txt"
    path.write_text("old")
    path.chmod(0o640)
    with open_output(path) as stream:
        stream.write("néw\n")
        stream.flush()
        assert path.read_text() == "old"
    assert path.read_bytes() == "néw\n".encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert names(tmp_path) == ["out.txt"]


@pytest.mark.parametrize("fault", [KeyboardInterrupt, ValueError, SystemExit])
def test_nothing_is_left_after_a_fault(tmp_path, fault):
    path = tmp_path / "out.txt"
    with pytest.raises(fault), open_output(path) as stream:
        stream.write("half")
        raise fault
    assert names(tmp_path) == []


def test_a_full_disk_leaves_nothing(tmp_path):
    path = tmp_path / "out.txt"
    # Predictions and reports have no --output: the advice must fit them, too.
    advice = r"cannot be written .* Make room, or choose another place\.$"
    with pytest.raises(DataError, match=advice), open_output(path) as stream:
        stream.write("half")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert names(tmp_path) == []


def test_places_that_cannot_be_written(tmp_path):
    for path in (tmp_path, tmp_path / "nowhere" / "out.txt"):
        with pytest.raises(DataError, match="cannot be written"), open_output(path):
            pass
    assert names(tmp_path) == []


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to("target")
    with open_output(tmp_path / "link") as stream:
        stream.write("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"


def test_devices_are_written_to():
    with open_output(Path("/dev/null")) as stream:
        stream.write("gone")
    assert not Path("/dev/null").is_file()


def test_no_path_is_standard_output(capsys):
    with open_output(None) as stream:
        stream.write("shown")
        assert stream is sys.stdout
    assert capsys.readouterr().out == "shown"


def test_json_has_no_infinities():
    stream = io.StringIO()
    write_json(stream, {"a": float("-inf"), "b": float("nan"), "c": "é", "d": None})
    assert json.loads(stream.getvalue()) == {"a": None, "b": None, "c": "é", "d": None}
    assert "é" in stream.getvalue()


def test_the_digest_is_the_standards_own(tmp_path):
    """FIPS 180-2, appendix B.1, and the well-known digest of nothing."""
    known = {
        b"abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        b"": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    }
    for number, (content, digest) in enumerate(known.items()):
        path = tmp_path / str(number)
        path.write_bytes(content)
        assert sha256(path) == digest


def test_a_missing_file_is_the_callers_to_explain(tmp_path):
    with pytest.raises(OSError):
        sha256(tmp_path / "none")
