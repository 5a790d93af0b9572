"""The records that travel between the rooms, and the Protocols by which rooms meet.

Offsets count code points of a document's canonical text; spans are half open, ``[start, end)``;
lines and pages count from one and ranges of them are inclusive. Records are immutable.
"""

from qwenqa.types.builds import (
    BuildReport,
    Diff,
    PassageCounts,
    Progress,
    SourceDiff,
    SourceFate,
    Stage,
)
from qwenqa.types.citations import Citation, CitedHit, Verdict, Verification
from qwenqa.types.documents import (
    Block,
    BlockKind,
    Box,
    Document,
    Extraction,
    Place,
    PlaceKind,
    Reader,
    ReaderIdentity,
    Skipped,
    Source,
)
from qwenqa.types.passages import Hit, Passage, Piece, Trace
from qwenqa.types.rooms import (
    PRECISIONS,
    Encoder,
    EncoderIdentity,
    Filter,
    Group,
    Ranking,
    Reranker,
    Scores,
    Spread,
    Store,
    Vectors,
)
from qwenqa.types.saved import Change, CitationChange, SavedChange
from qwenqa.types.texts import LineMap, Span, sha256_text

__all__ = [
    "PRECISIONS",
    "Block",
    "BlockKind",
    "Box",
    "BuildReport",
    "Change",
    "Citation",
    "CitationChange",
    "CitedHit",
    "Diff",
    "Document",
    "Encoder",
    "EncoderIdentity",
    "Extraction",
    "Filter",
    "Group",
    "Hit",
    "LineMap",
    "Passage",
    "PassageCounts",
    "Piece",
    "Place",
    "PlaceKind",
    "Progress",
    "Ranking",
    "Reader",
    "ReaderIdentity",
    "Reranker",
    "SavedChange",
    "Scores",
    "Skipped",
    "Source",
    "SourceDiff",
    "SourceFate",
    "Span",
    "Spread",
    "Stage",
    "Store",
    "Trace",
    "Vectors",
    "Verdict",
    "Verification",
    "sha256_text",
]
