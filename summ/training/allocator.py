"""Keeps freed memory in the process, so that each update does not fetch it anew."""

from __future__ import annotations

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4


def keep_freed_memory() -> None:
    """Tells glibc to reuse the memory of large tensors instead of returning it.

    An update on CPU allocates and frees the same few gigabytes.  By default glibc maps each
    large tensor and unmaps it again, and the kernel clears every page in between: up to half of
    a step's time.  Elsewhere than on Linux with glibc this does nothing.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return
    mallopt(_M_MMAP_MAX, 0)
    mallopt(_M_TRIM_THRESHOLD, -1)
