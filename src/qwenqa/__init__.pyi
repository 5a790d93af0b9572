"""Ask a folder of documents; get the passages that answer, each cited and checkable, offline."""

from .answers.answer.answer import (
    Answer as Answer,
)
from .answers.citations.claims import (
    citation_from_json as citation_from_json,
)
from .answers.citations.claims import (
    citation_json as citation_json,
)
from .answers.citations.claims import (
    citation_markdown as citation_markdown,
)
from .answers.citations.claims import (
    citation_text as citation_text,
)
from .answers.citations.claims import (
    cite as cite,
)
from .answers.citations.reference_formats import (
    citation_bibtex as citation_bibtex,
)
from .answers.citations.reference_formats import (
    citation_csl as citation_csl,
)
from .answers.questions.follow_up import (
    FollowUp as FollowUp,
)
from .errors import (
    AddingError as AddingError,
)
from .errors import (
    BuilderBusyError as BuilderBusyError,
)
from .errors import (
    CitationError as CitationError,
)
from .errors import (
    CollectionError as CollectionError,
)
from .errors import (
    CorpusError as CorpusError,
)
from .errors import (
    DamagedError as DamagedError,
)
from .errors import (
    EmptyCorpusError as EmptyCorpusError,
)
from .errors import (
    EncoderError as EncoderError,
)
from .errors import (
    GenerationError as GenerationError,
)
from .errors import (
    NoGenerationError as NoGenerationError,
)
from .errors import (
    OtherEncoderError as OtherEncoderError,
)
from .errors import (
    QuestionError as QuestionError,
)
from .errors import (
    QwenqaError as QwenqaError,
)
from .errors import (
    ServeError as ServeError,
)
from .errors import (
    SettingsError as SettingsError,
)
from .errors import (
    SourceError as SourceError,
)
from .errors import (
    UsersError as UsersError,
)
from .evaluation.labelled import (
    compare_runs as compare_runs,
)
from .evaluation.labelled import (
    evaluate_collection as evaluate_collection,
)
from .evaluation.records import (
    EvaluationReport as EvaluationReport,
)
from .evaluation.unlabelled import (
    evaluate_index as evaluate_index,
)
from .service.ask.bundles import (
    CheckedBundle as CheckedBundle,
)
from .service.default_library import (
    ask as ask,
)
from .service.library import (
    Library as Library,
)
from .service.upkeep.adding import (
    Added as Added,
)
from .service.upkeep.saved import (
    SavedQuestions as SavedQuestions,
)
from .service.upkeep.status import (
    SourceStatus as SourceStatus,
)
from .service.upkeep.status import (
    Status as Status,
)
from .service.upkeep.users import (
    Users as Users,
)
from .types import (
    AskedWith as AskedWith,
)
from .types import (
    Box as Box,
)
from .types import (
    BuildReport as BuildReport,
)
from .types import (
    Citation as Citation,
)
from .types import (
    CitationChange as CitationChange,
)
from .types import (
    CitedHit as CitedHit,
)
from .types import (
    CosineShares as CosineShares,
)
from .types import (
    Diff as Diff,
)
from .types import (
    Encoder as Encoder,
)
from .types import (
    EncoderIdentity as EncoderIdentity,
)
from .types import (
    ExplainedHit as ExplainedHit,
)
from .types import (
    Explanation as Explanation,
)
from .types import (
    Extraction as Extraction,
)
from .types import (
    Filter as Filter,
)
from .types import (
    Hit as Hit,
)
from .types import (
    Passage as Passage,
)
from .types import (
    PassageCounts as PassageCounts,
)
from .types import (
    Place as Place,
)
from .types import (
    Progress as Progress,
)
from .types import (
    QueryTerm as QueryTerm,
)
from .types import (
    RankedPassage as RankedPassage,
)
from .types import (
    RankingStage as RankingStage,
)
from .types import (
    SavedChange as SavedChange,
)
from .types import (
    SentenceShare as SentenceShare,
)
from .types import (
    Skipped as Skipped,
)
from .types import (
    Source as Source,
)
from .types import (
    SourceDiff as SourceDiff,
)
from .types import (
    Span as Span,
)
from .types import (
    Standing as Standing,
)
from .types import (
    TermShare as TermShare,
)
from .types import (
    Trace as Trace,
)
from .types import (
    Verification as Verification,
)
from .types import (
    Whereabouts as Whereabouts,
)
from .types import (
    WhyNot as WhyNot,
)
