"""Ask a folder of documents; get the passages that answer, each cited and checkable, offline."""

from .answers.answer.answer import Answer as Answer
from .answers.citations.claims import citation_from_json as citation_from_json
from .answers.citations.claims import citation_json as citation_json
from .answers.citations.claims import citation_markdown as citation_markdown
from .answers.citations.claims import citation_text as citation_text
from .answers.citations.claims import cite as cite
from .answers.citations.reference_formats import citation_bibtex as citation_bibtex
from .answers.citations.reference_formats import citation_csl as citation_csl
from .errors import QwenqaError as QwenqaError
from .evaluation.labelled import evaluate_collection as evaluate_collection
from .evaluation.records import EvaluationReport as EvaluationReport
from .evaluation.unlabelled import evaluate_index as evaluate_index
from .service.default_library import ask as ask
from .service.library import Library as Library
from .service.upkeep.status import Status as Status
from .service.upkeep.users import Users as Users
from .types import BuildReport as BuildReport
from .types import Citation as Citation
from .types import CitedHit as CitedHit
from .types import Filter as Filter
from .types import Hit as Hit
from .types import Passage as Passage
from .types import Source as Source
from .types import Span as Span
from .types import Verification as Verification
