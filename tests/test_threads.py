"""How many threads a command uses: affinity, quota of the cgroup, what the user says."""

import os

import pytest

from summ.commands import threads


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A root of the file system on a machine with 16 cores."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)
    return tmp_path


def write(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("quota", "cores"),
    [("max 100000\n", 16), ("200000 100000\n", 2), ("150000 100000\n", 1), ("5000 100000\n", 1)],
)
def test_quota_of_version_2(root, quota, cores):
    write(root, "sys/fs/cgroup/cpu.max", quota)
    assert threads.usable_cores(root) == cores


@pytest.mark.parametrize(("quota", "cores"), [("-1\n", 16), ("400000\n", 4)])
def test_quota_of_version_1(root, quota, cores):
    write(root, "sys/fs/cgroup/cpu/cpu.cfs_quota_us", quota)
    write(root, "sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n")
    assert threads.usable_cores(root) == cores


def test_without_a_quota_the_affinity_counts(root):
    assert threads.usable_cores(root) == 16
    write(root, "sys/fs/cgroup/cpu.max", "what is this")
    assert threads.usable_cores(root) == 16


def test_the_user_decides(monkeypatch):
    monkeypatch.setattr(threads, "usable_cores", lambda: 16)
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    threads.use_threads(None)
    assert os.environ["OMP_NUM_THREADS"] == "7"
    threads.use_threads(3)
    assert os.environ["OMP_NUM_THREADS"] == "3"
    monkeypatch.delenv("OMP_NUM_THREADS")
    threads.use_threads(None)
    assert os.environ["OMP_NUM_THREADS"] == "4"
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"
