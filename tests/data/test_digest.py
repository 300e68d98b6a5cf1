import pytest

from summ.data.digest import sha256


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
