"""``export.py MODEL FOLDER`` writes the model's ONNX graph in the form of Chroma's download."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import torch
from transformers import AutoModel

INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def main() -> None:
    """Export, and lay the model's other files beside the graph."""
    model, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True)
    export(model, folder / "model.onnx")
    for file in model.glob("*.*"):
        if file.suffix in (".json", ".txt"):
            shutil.copy(file, folder)


class Hidden(torch.nn.Module):
    """A model of which only the last hidden state is wanted."""

    def __init__(self, model: torch.nn.Module) -> None:
        """Keep the model."""
        super().__init__()
        self.model = model

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        """Shape (batch, tokens, dimension)."""
        return self.model(input_ids=ids, attention_mask=mask, token_type_ids=types)[0]


def export(model: Path, to: Path) -> None:
    """The last hidden state of all tokens, for batches and lengths of any size."""
    opened = Hidden(AutoModel.from_pretrained(model, attn_implementation="eager").eval())
    example = tuple(torch.ones(2, 16, dtype=torch.int64) for _ in INPUTS)
    sizes = {name: {0: "batch", 1: "tokens"} for name in (*INPUTS, "last_hidden_state")}
    torch.onnx.export(
        opened,
        example,
        str(to),
        input_names=list(INPUTS),
        output_names=["last_hidden_state"],
        dynamic_axes=sizes,
        dynamo=False,
    )


if __name__ == "__main__":
    main()
