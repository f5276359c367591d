"""Rows of tokens of unlike lengths as one batch, for the networks that are trained here."""

from collections.abc import Sequence

import torch
from torch import Tensor

from assistant.turn.network import Ints


def padded(rows: Sequence[tuple[Ints, Ints]]) -> tuple[Tensor, Tensor, Tensor]:
    """Token ids and segments, both of shape (tokens,) in each row, as ids, mask and segments of
    shape (rows, longest), 0 where a row has ended; the mask is 1 where it has not."""
    width = max(len(ids) for ids, _ in rows)
    ids, mask, segments = (torch.zeros(len(rows), width, dtype=torch.long) for _ in range(3))
    for i, (own, parts) in enumerate(rows):
        ids[i, : len(own)] = torch.from_numpy(own)
        mask[i, : len(own)] = 1
        segments[i, : len(own)] = torch.from_numpy(parts)
    return ids, mask, segments
