"""Whether a graph that was written here gives the vectors of sentence-transformers."""

from __future__ import annotations

from qwenqa.encoders.onnx.encoder import GraphEncoder
from qwenqa.encoders.onnx.model_config import UnknownGraphError
from qwenqa.encoders.torch.encoder import SentenceEncoder
from qwenqa.errors import EncoderError
from qwenqa.types import Comparison, Encoder

AGREEMENT = 0.9999
"""The lowest cosine, of any text, at which two vectors of it are taken for the same."""

TEXTS = (
    "",
    "Who led the Qwen-Coder series?",
    "The Committee met on 14 March 2024; it APPROVED the budget (4,250,000 €), line by line.",
    "Où naïve façade — “quotes”, ﬁne ligatures, e\u0301 and \u200bzero width.\n\n\tTabs\r\n",
    "谁领导了千问编程系列？林俊旸于二〇二六年三月宣布离开。",
    "Кто руководил? ¿Quién dirigió la serie? من قاد السلسلة؟ नमस्ते 日本語のテキスト 한국어",
    "def max_retries(self, n: int = 3) -> None:\n    return self.maxRetries[n] <= 0x1F  # 🎉👩‍👩‍👧",
    "[CLS] <s> <pad> </s> [MASK] <|endoftext|> <unk> x" + "y" * 150,
    "heron " * 600,
)


def agrees(graph: Encoder, model: Encoder) -> bool:
    """Whether two encoders are one: identity, counted tokens, and the vectors of all TEXTS."""
    if graph.identity != model.identity or graph.count_tokens(TEXTS) != model.count_tokens(TEXTS):
        return False
    sides = (
        (graph.encode_queries(TEXTS), model.encode_queries(TEXTS)),
        (graph.encode_passages(TEXTS), model.encode_passages(TEXTS)),
    )
    return all(bool(((ours * theirs).sum(axis=1) >= AGREEMENT).all()) for ours, theirs in sides)


def compared(encoder: Encoder) -> Comparison:
    """Whether a graph gives an encoder's vectors.

    One that the encoder already uses was compared before; that of a model that torch runs is made
    and compared now.
    """
    if isinstance(encoder, GraphEncoder):
        return Comparison(encoder.fingerprint)
    if not isinstance(encoder, SentenceEncoder):
        return Comparison()
    if not encoder.comparable:
        return Comparison(reason="it does not run on cpu in fp32")
    identity = encoder.identity
    dimension = identity.dimension if identity.truncated else 0
    try:
        graph = GraphEncoder(identity.name, encoder.folder, identity.weights, dimension)
        if agrees(graph, encoder):
            return Comparison(graph.fingerprint)
    except (UnknownGraphError, EncoderError) as error:
        return Comparison(reason=str(error))
    return Comparison(reason="its graph gives other vectors than sentence-transformers")
