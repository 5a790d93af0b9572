"""An encoder trained further on pairs of a question and the passage that answers it."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Sequence
from pathlib import Path

from qwenqa.encoders.model_files.loading import load
from qwenqa.encoders.model_files.locate import locate
from qwenqa.encoders.model_files.max_tokens import limit_of
from qwenqa.encoders.model_files.prompts import prompts_of
from qwenqa.encoders.toy import TOY_MODEL
from qwenqa.errors import EncoderError

Pair = tuple[str, str]
"""A question and the text of a passage that answers it, as the encoder is given it."""

_NEEDED = ("datasets", "accelerate")
_BATCH = 16
_RATE = 2e-5
_SEED = 1


def require_trainer() -> None:
    """Raise EncoderError where the packages that training needs are not installed."""
    if absent := [package for package in _NEEDED if importlib.util.find_spec(package) is None]:
        raise EncoderError(
            f"Tuning needs the package {' and '.join(absent)}. Install what it needs with: "
            'pip install "qwenqa[tune]"'
        )


def tune(model: str, pairs: Sequence[Pair], target: Path, device: str, epochs: int) -> None:
    """Train a model, by path or Hub name, on pairs and save it in a folder, as safetensors.

    The other passages of a batch are what each question is told apart from (Henderson et al.,
    "Efficient Natural Language Response Suggestion for Smart Reply", 2017, section 4.4). The
    same pairs give the same model on the same machine. Raises EncoderError.
    """
    require_trainer()
    if model == TOY_MODEL:
        raise EncoderError("The toy model learns nothing. Build the index with another --model.")
    from sentence_transformers import SentenceTransformer

    folder = locate(model)
    trained = load(SentenceTransformer, model, folder, device, "fp32")
    trained.max_seq_length = limit_of(trained)
    query, passage = prompts_of(model, folder)
    trained.model_card_data.generate_widget_examples = False  # no card is written
    trained.prompts = {"query": query, "document": passage}
    with tempfile.TemporaryDirectory() as work:
        _train(trained, pairs, work, device, epochs)
    trained.save(str(target), create_model_card=False)


def _train(model: object, pairs: Sequence[Pair], work: str, device: str, epochs: int) -> None:
    from datasets import Dataset
    from sentence_transformers import (
        SentenceTransformerTrainer,
        SentenceTransformerTrainingArguments,
    )
    from sentence_transformers.base.sampler import BatchSamplers
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
    from transformers import set_seed

    set_seed(_SEED)
    questions, passages = zip(*pairs, strict=True)
    prompts = model.prompts  # type: ignore[attr-defined]
    SentenceTransformerTrainer(
        model=model,  # type: ignore[arg-type]
        args=SentenceTransformerTrainingArguments(
            output_dir=work,
            num_train_epochs=epochs,
            per_device_train_batch_size=_BATCH,
            learning_rate=_RATE,
            warmup_steps=0.1,
            # A passage that answers one question of a batch would count as wrong for the other.
            batch_sampler=BatchSamplers.NO_DUPLICATES,
            prompts={"question": prompts["query"], "passage": prompts["document"]},
            seed=_SEED,
            data_seed=_SEED,
            use_cpu=device == "cpu",
            save_strategy="no",
            logging_strategy="no",
            report_to="none",
            disable_tqdm=True,
        ),
        train_dataset=Dataset.from_dict({"question": questions, "passage": passages}),
        loss=MultipleNegativesRankingLoss(model),  # type: ignore[arg-type]
    ).train()
