"""Models that read a question and a passage together and say how well one answers the other."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qwenqa.encoders.model_files.loading import load
from qwenqa.encoders.model_files.locate import locate, read_json, refuse_unsafe
from qwenqa.encoders.model_files.max_tokens import limit_of
from qwenqa.encoders.toy import TOY_MODEL, ToyReranker
from qwenqa.errors import EncoderError
from qwenqa.types import Reranker, Scores

_BATCH = 8
_JUDGE = "qwen3"
# The prompt of Qwen3-Reranker's card (huggingface.co/Qwen/Qwen3-Reranker-0.6B), for copies whose
# own template knows chats only; sentence-transformers hands it the roles query and document.
_QWEN3_TEMPLATE = """\
<|im_start|>system
Judge whether the Document meets the requirements based on the Query and the Instruct provided. \
Note that the answer can only be "yes" or "no".<|im_end|>
<|im_start|>user
<Instruct>: Given a web search query, retrieve relevant passages that answer the query
<Query>: {{ (messages | selectattr("role", "eq", "query") | first).content }}
<Document>: {{ (messages | selectattr("role", "eq", "document") | first).content }}<|im_end|>
<|im_start|>assistant
<think>

</think>

{{ "" }}"""


def open_reranker(model: str, device: str = "cpu", precision: str = "fp32") -> Reranker:
    """The reranker of a model given by path or Hub name, or ``"toy"``.

    A sentence-transformers CrossEncoder, or a language model that is asked for yes or no, such
    as Qwen3-Reranker. Looked for, and refused, as ``open_encoder`` does. Raises EncoderError.
    """
    if model == TOY_MODEL:
        return ToyReranker()
    folder = locate(model)
    refuse_unsafe(folder, model)
    # Integers are for graphs that are written here, and rerankers have none.
    return CrossReranker(model, folder, device, "fp32" if precision == "int8" else precision)


class CrossReranker:
    """A cross-encoder: one number for a question and a text read together."""

    def __init__(self, name: str, folder: Path, device: str, precision: str = "fp32") -> None:
        """Load the model in the folder; raises EncoderError when that fails."""
        from sentence_transformers import CrossEncoder

        self.name = name
        more = _template(name, folder)
        self._model = load(CrossEncoder, name, folder, device, precision, **more)
        if self._model.num_labels != 1:
            raise EncoderError(
                f"The model {name} gives {self._model.num_labels} numbers for a pair of texts "
                "and is no reranker. Choose one that gives a single score."
            )
        self._model.max_seq_length = limit_of(self._model)
        self._lock = threading.Lock()

    def score(self, question: str, texts: Sequence[str]) -> Scores:
        """How well each text answers, float32, shape (len(texts),); higher is better.

        The model's own number (a logit, or the log odds of yes), which has no bounds. Raises
        EncoderError for scores that are no numbers.
        """
        from torch.nn import Identity

        # What a document says of the conversation's form must not end it.
        pairs = [(question, text.replace("<|", "< |")) for text in texts]
        with self._lock:
            raw = self._model.predict(
                # A sigmoid would round what is far from zero to equal scores.
                pairs,
                batch_size=_BATCH,
                show_progress_bar=False,
                activation_fn=Identity(),
            )
        scores = np.asarray(raw, dtype=np.float32).reshape(len(texts))
        if not np.all(np.isfinite(scores)):
            raise EncoderError(
                f"The reranker {self.name} gives scores that are not numbers. Its files are "
                "damaged or it needs another precision; choose another with --reranker."
            )
        return scores


def _template(name: str, folder: Path) -> dict[str, Any]:
    """The prompt for a language model that brings none for pairs; raises EncoderError."""
    config = read_json(folder / "config.json") or {}
    speaks = any(
        architecture.endswith("ForCausalLM") for architecture in config.get("architectures") or ()
    )
    if not speaks or (folder / "modules.json").is_file():
        return {}
    if config.get("model_type") != _JUDGE:
        raise EncoderError(
            f"The model {name} is a language model that says nothing of how it is asked to "
            "judge a passage. Choose a reranker."
        )
    return {"processor_kwargs": {"chat_template": _QWEN3_TEMPLATE}}
