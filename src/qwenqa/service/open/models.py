"""Which model is meant, opened once, and whether an index was made with it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from qwenqa.encoders import DEFAULT_MODEL, open_encoder, prompts_known, weights_of
from qwenqa.encoders.torch.rerankers import open_reranker
from qwenqa.errors import OtherEncoderError
from qwenqa.settings import Settings
from qwenqa.types import Encoder, EncoderIdentity, Reranker


@dataclass(frozen=True, slots=True)
class Wanted:
    """A model by Hub name or path, the dimension its vectors are cut to (0: not), and precision.

    ``graph`` is the fingerprint of the graph that an index says gives its vectors, or empty.
    """

    model: str
    dimension: int
    precision: str
    graph: str = ""


class Models:
    """The encoder and the reranker of these settings; threads that ask at once load each once."""

    def __init__(self, settings: Settings) -> None:
        """Load nothing yet."""
        self._settings = settings
        self._encoder: Encoder | None = None
        self._opened: Wanted | None = None
        self._reranker: Reranker | None = None
        # A lock of its own: what needs no model does not wait while it is loaded.
        self._loading = threading.Lock()

    def wanted(self, built: EncoderIdentity | None, graph: str = "") -> Wanted:
        """What is meant: what is set, else what the index was built with, else the default.

        ``graph`` is what the index says of the encoder's graph; the default model's is known
        without, so that what built an index is not opened again to ask it.
        """
        settings = self._settings
        own = built if built and _names(settings.model, built) else None
        inherited = own.dimension if own and own.truncated else 0
        model = settings.model or (own.name if own else DEFAULT_MODEL)
        return Wanted(
            model=model,
            dimension=settings.dimension or inherited,
            precision=settings.precision or (own.precision if own else "fp32"),
            graph=graph if own and model != DEFAULT_MODEL else "",
        )

    def open(self, wanted: Wanted) -> Encoder:
        """The encoder that is meant; raises EncoderError."""
        with self._loading:
            if self._encoder is None or self._opened != wanted:
                self._encoder = open_encoder(
                    wanted.model,
                    self._settings.device,
                    wanted.dimension,
                    wanted.precision,
                    wanted.graph,
                )
                self._opened = wanted
            return self._encoder

    def reranker(self) -> Reranker | None:
        """The reranker that is set, if any; raises EncoderError."""
        settings = self._settings
        with self._loading:
            if settings.reranker and self._reranker is None:
                self._reranker = open_reranker(
                    settings.reranker, settings.device, settings.precision or "fp32"
                )
            return self._reranker

    def of(self, built: EncoderIdentity, graph: str = "") -> Encoder:
        """The encoder that an index was built with; raises OtherEncoderError for another one.

        ``graph`` is what the index says of its graph.
        """
        encoder = self.open(self.wanted(built, graph))
        if encoder.identity != built:
            raise OtherEncoderError(
                f"The index in {self._settings.index} was built with the model {_told(built)}, "
                f"not with {_told(encoder.identity)} as it is here. Ask with --model "
                f"{built.name}{_options(built)}, or build again with: qwenqa build --model "
                f"{encoder.identity.name}{_options(encoder.identity)}"
            )
        return encoder

    def sets_another(self, built: EncoderIdentity) -> bool:
        """Whether the settings say another encoder than the index was built with.

        Raises EncoderError when a model was named that is not found; else looks for none.
        """
        settings = self._settings
        said = settings.model or settings.dimension or settings.precision
        return bool(said) and not self.gives(built)

    def gives(self, built: EncoderIdentity) -> bool:
        """Whether a build would use the encoder that the index was built with; loads nothing.

        Raises EncoderError when the model is not found.
        """
        wanted = self.wanted(built)
        prompts = (built.query_prompt, built.passage_prompt)
        return (
            weights_of(wanted.model) == built.weights
            and prompts_known(wanted.model) == prompts
            and wanted.precision == built.precision
            and (wanted.dimension == built.dimension or not (wanted.dimension or built.truncated))
        )


def _names(model: str, built: EncoderIdentity) -> bool:
    """Whether the model that is set, or none, is the one by which the index was built."""
    here = str(Path(model).resolve()) if model and Path(model).is_dir() else model
    return here in ("", built.name)


def _told(identity: EncoderIdentity) -> str:
    """The model with what of it was chosen: "some/model (256 dimensions, fp16)"."""
    chosen = [f"{identity.dimension} dimensions"] if identity.truncated else []
    chosen += [identity.precision] if identity.precision != "fp32" else []
    return f"{identity.name} ({', '.join(chosen)})" if chosen else identity.name


def _options(identity: EncoderIdentity) -> str:
    cut = f" --dimension {identity.dimension}" if identity.truncated else ""
    return cut + (f" --precision {identity.precision}" if identity.precision != "fp32" else "")
