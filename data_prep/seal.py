"""``python -m data_prep.seal MODEL...``: lists every file of a model in its manifest, as it is now.

``summ train`` writes the manifest; the README.md of a model that ships is written by hand
afterwards, and whoever changes it seals the model again.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from summ.networks.model_folder import list_all_files

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("models", type=Path, nargs="+", metavar="MODEL")
    for model in parser.parse_args().models:
        list_all_files(model)
