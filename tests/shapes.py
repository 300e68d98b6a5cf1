"""Shapes in signatures of summ become checks while tests run.

jaxtyping's own decorator binds the arguments in Python, checks them before a call and once more
after it: a tenth of the processor time of small training steps more.  Beartype alone checks each
argument and what is returned once; jaxtyping's context makes the axes agree.
"""

import dataclasses
import functools
import inspect
from collections.abc import Callable
from typing import Any

import jaxtyping
from beartype import BeartypeConf, beartype

_context = jaxtyping.jaxtyped
# A TypeError, as Python would raise for most of them.
_CONF = BeartypeConf(violation_type=jaxtyping.TypeCheckError)


def check(*modules: str) -> None:
    """Whatever of these modules is imported from now on is checked."""
    # The hook writes ``jaxtyping.jaxtyped(typechecker=...)`` above every function and class.
    jaxtyping.jaxtyped = _decorator
    jaxtyping.install_import_hook(modules, "beartype.beartype")


def _decorator(*_: Any, typechecker: Any = None) -> Callable[[Any], Any]:
    return _checked


def _checked(found: Any) -> Any:
    if inspect.isclass(found):
        # Values between modules: their fields are the arguments of what dataclasses write.
        if dataclasses.is_dataclass(found) and "__init__" in vars(found):
            found.__init__ = _checked(found.__init__)
        return found
    if isinstance(found, classmethod | staticmethod):
        return type(found)(_checked(found.__func__))
    if isinstance(found, property):
        return property(*(each and _checked(each) for each in (found.fget, found.fset, found.fdel)))
    if not found.__annotations__:
        return found
    found.__annotations__ = {
        name: _resolved(hint, found.__globals__) for name, hint in found.__annotations__.items()
    }
    checked = beartype(found, conf=_CONF)

    @functools.wraps(found)
    def in_context(*arguments: Any, **named: Any) -> Any:
        with _context("context"):
            return checked(*arguments, **named)

    return in_context


def _resolved(hint: Any, names: dict[str, Any]) -> Any:
    """What is imported for mypy only, or defined below, is not checked."""
    try:
        return eval(hint, names) if isinstance(hint, str) else hint
    except NameError:
        return Any
