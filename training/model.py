"""The QA model in torch: the default encoder's layers, two scores a token, one for the pair.

A start and an end score for each token, where the first token stands for "no answer here" (Devlin
et al., "BERT", NAACL 2019, section 4.3), and a score of its own for "this passage answers" (Clark
et al., "ELECTRA", ICLR 2020, appendix), trained together.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from qwenqa.encoders.model_files.locate import DEFAULT_MODEL, locate

WITHOUT_DROPOUT = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
"""No example comes often enough to be learned by heart, and drawing costs a fifth of the time."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Start and end of shape (pairs, tokens), answerable of shape (pairs,)."""

    start: Tensor
    end: Tensor
    answerable: Tensor


class QANet(nn.Module):
    """BERT with scores for the first and last token of the answer and for there being one."""

    def __init__(self, body: BertModel) -> None:
        """Put scores on a body, whose word embeddings stay as they are."""
        super().__init__()
        self.body = body
        self.span = nn.Linear(body.config.hidden_size, 2)
        self.answerable = nn.Linear(body.config.hidden_size, 1)
        body.embeddings.word_embeddings.requires_grad_(False)

    def forward(self, ids: Tensor, kinds: Tensor, mask: Tensor, allowed: Tensor) -> Scores:
        """Scores of padded pairs; too low to be chosen for tokens that are not ``allowed``."""
        states = self.body(ids, mask, kinds).last_hidden_state
        spans = self.span(states).float().masked_fill(~allowed[..., None], -1e4)
        answerable = self.answerable(states[:, 0]).float().squeeze(-1)
        return Scores(spans[..., 0], spans[..., 1], answerable)


def fresh() -> QANet:
    """The default encoder's layers with new scores on top."""
    body = BertModel.from_pretrained(
        locate(DEFAULT_MODEL),
        add_pooling_layer=False,
        attn_implementation="eager",  # the fused one takes twice as long backwards
        **WITHOUT_DROPOUT,
    )
    return QANet(body)


def opened(checkpoint: Path) -> QANet:
    """The model of a checkpoint, in single precision."""
    net = QANet(
        BertModel(BertConfig.from_pretrained(locate(DEFAULT_MODEL)), add_pooling_layer=False)
    )
    net.load_state_dict(torch.load(checkpoint, weights_only=True)["weights"])
    return net.eval()


def loss_of(scores: Scores, start: Tensor, end: Tensor) -> Tensor:
    """The mean loss of pairs whose answer spans these tokens, 0 and 0 where there is none."""
    spans = nn.functional.cross_entropy(scores.start, start)
    spans = (spans + nn.functional.cross_entropy(scores.end, end)) / 2
    there = (start > 0).float()
    return spans + nn.functional.binary_cross_entropy_with_logits(scores.answerable, there)
