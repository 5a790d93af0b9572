"""A text's vector token by token, where it is a sum of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from qwenqa.types import Span, TokenVectors

_ADDITIVE = 1e-3  # how far tokens may add up beside the vector, of length one: half precision


def by_tokens(
    states: npt.NDArray[np.float32],
    vector: npt.NDArray[np.float32],
    offsets: Sequence[Sequence[int]],
    before: int,
    dimension: int,
) -> TokenVectors | None:
    """What a model made of one text after a prompt of ``before`` characters, by tokens.

    A model pools by the mean exactly where the sum of its tokens points where its vector does;
    that is looked at here, so that no kind of pooling has to be known. ``states`` has shape
    (tokens, width), ``offsets`` are where each token begins and ends, ``dimension`` is what the
    vectors are cut to.
    """
    rows, vector = states[:, :dimension], vector[:dimension]
    length = np.linalg.norm(rows.sum(axis=0))
    if rows.shape[1] != len(vector) or not length > 0:
        return None
    rows = rows / length
    if not np.allclose(rows.sum(axis=0), vector / np.linalg.norm(vector), atol=_ADDITIVE):
        return None
    spans = (Span(max(start - before, 0), max(end - before, 0)) for start, end in offsets)
    return TokenVectors(rows.astype(np.float32), tuple(spans))
