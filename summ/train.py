"""``accelerate launch -m summ.train CONFIG [--set a.b=c]... [--output RUN] [--resume]``.

The same as ``summ train``; a module of its own because launchers start modules.  Imported, it
takes the place of the function ``summ.train`` (a submodule becomes an attribute of its package),
so that it can be called as that function.
"""

import sys
from types import ModuleType

from summ.cli import main
from summ.pipelines.train import train


class _CallableModule(ModuleType):
    __call__ = staticmethod(train)


sys.modules[__name__].__class__ = _CallableModule

if __name__ == "__main__":
    main(["train", *sys.argv[1:]])
