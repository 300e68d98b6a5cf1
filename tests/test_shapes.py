"""That the shapes in signatures of summ are checks here."""

import pytest
import torch

from summ.networks.pegasus import _additive
from summ.types import Tokens


def test_fields_must_have_the_same_axes():
    ids = torch.zeros(2, 3, dtype=torch.long)
    assert len(Tokens(ids, torch.ones(2, 3, dtype=torch.bool))) == 2
    with pytest.raises(TypeError, match="mask"):
        Tokens(ids, torch.ones(2, 4, dtype=torch.bool))


def test_arguments_must_be_of_the_kind_that_is_named():
    with pytest.raises(TypeError, match="mask"):
        _additive(torch.ones(2, 3))
