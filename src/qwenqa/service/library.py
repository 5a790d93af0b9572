"""The rooms wired together: ask, rebuild, status, verify."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from qwenqa import corpus as corpora
from qwenqa.answers.answer.answer import Answer
from qwenqa.answers.citations import claims
from qwenqa.errors import NoGenerationError, SettingsError
from qwenqa.index.check import CheckReport, check
from qwenqa.index.generation import Generation
from qwenqa.service.ask.answering import Answering
from qwenqa.service.ask.asked import AskedQuestion
from qwenqa.service.ask.bundles import CheckedBundle, around_in, check_bundle
from qwenqa.service.ask.corpus_map import Maps
from qwenqa.service.ask.examples import DEFAULT_EXAMPLES, Examples
from qwenqa.service.ask.follow_up import followed
from qwenqa.service.ask.notes import check_filter
from qwenqa.service.ask.search import checked_question
from qwenqa.service.generations import Generations
from qwenqa.service.open.source_files import Files, View
from qwenqa.service.upkeep.adding import Added, add
from qwenqa.service.upkeep.rebuilding import current, rebuild
from qwenqa.service.upkeep.status import Status, nothing_built, status_of
from qwenqa.service.why.why import explain
from qwenqa.service.why.why_not import why_not
from qwenqa.settings import Settings, load
from qwenqa.types import (
    Box,
    BuildReport,
    Citation,
    CorpusMap,
    Encoder,
    Explanation,
    Filter,
    Progress,
    Reranker,
    Verification,
    WhyNot,
)

if TYPE_CHECKING:
    from qwenqa.answers.questions.follow_up import Before, FollowUp

DEFAULT_HITS = 5


class Library(Generations):
    """A corpus and its index: ask it, rebuild it, verify what it said.

    Nothing is read until the first call. One object may be used by several threads; an answer
    comes from one generation, and later answers from newer ones without opening it again.
    """

    def __init__(
        self,
        corpus: str | PathLike[str] | None = None,
        index: str | PathLike[str] | None = None,
        model: str | None = None,
        *,
        settings: Settings | None = None,
    ) -> None:
        """Name the corpus and index folders and a model by Hub name or path.

        What is not named comes from the environment (``QWENQA_CORPUS``, ``QWENQA_INDEX``,
        ``QWENQA_MODEL``), else it is ``corpus``, ``index`` and the model that the index was built
        with; ``settings`` says all of it instead. Raises SettingsError for an unusable value.
        """
        named = {"corpus": corpus, "index": index, "model": model}
        super().__init__(settings or load(named))
        self._files = Files(self.settings, self._serving.generation_or_none)
        self._answering = Answering(self._files, self.settings.level)
        self._examples = Examples(self.settings.level)
        self._maps = Maps()

    def __repr__(self) -> str:
        """Where the corpus and the index are."""
        return f"<Library corpus={str(self.settings.corpus)!r} index={str(self.settings.index)!r}>"

    def ask(self, question: str, k: int = DEFAULT_HITS, within: Filter | None = None) -> Answer:
        """The passages that answer a question, at most ``k``, cited and verified.

        ``within`` says which sources are asked; None is all.

        Builds the index first when there is none. Raises QuestionError for an empty or very
        long question, SettingsError for ``k`` below one, OtherEncoderError when the index was
        built with another model than the one named, and DamagedError when it is damaged.
        """
        return self._answering.answer(self._asked(question, k, within), within)

    def follow_up(self, question: str, earlier: Sequence[Answer | Before]) -> FollowUp:
        """A question with what it lacks from earlier ones, which is to be shown with it.

        ``earlier`` are answers, or questions with the best sentence of their answers, in the
        order of asking. Ask ``asked`` of what is given back. Raises as ``ask`` does.
        """
        generation = self._serving.generation_or(self.rebuild)
        return followed(generation, checked_question(question), earlier)

    def examples(self, n: int = DEFAULT_EXAMPLES) -> tuple[str, ...]:
        """At most ``n`` questions that stand in the documents, each answered by its document first.

        They are headings that ask, and "Q:" lines. The same for the same index; empty where
        there are none. Looked for once a generation, with the model. They are text of the
        documents, as foreign as any quote. Raises EncoderError, DamagedError.
        """
        generation = self._serving.generation_or_none()
        if generation is None:
            return ()
        return self._examples.of(generation, self._serving.encoder_for(generation), n)

    def why(
        self, question: str, k: int = DEFAULT_HITS, within: Filter | None = None
    ) -> Explanation:
        """Why a question has its first ``k`` hits: every stage, term and sentence; as ``ask``."""
        return explain(self._asked(question, k, within))

    def why_not(
        self, sentence: str, question: str, k: int = DEFAULT_HITS, within: Filter | None = None
    ) -> WhyNot:
        """What became of a sentence that was expected among the first ``k`` hits; as ``ask``.

        Found only as it stands, white space, case and form of Unicode aside. Raises QuestionError
        for an empty sentence too.
        """
        return why_not(self.settings, self._asked(question, k, within), sentence)

    def rebuild(
        self,
        progress: Callable[[Progress], None] = lambda _: None,
        *,
        allow_empty: bool = False,
    ) -> BuildReport:
        """Bring the index up to the corpus; only what is new or changed is encoded.

        Raises CorpusError, EmptyCorpusError, EncoderError, BuilderBusyError or GenerationError;
        the index as it was then still serves.
        """
        return rebuild(self.settings, self._serving, progress, allow_empty=allow_empty)

    def add(self, name: str, given: bytes | PathLike[str]) -> Added:
        """Put a file, by its bytes or its path, into the corpus; its address there.

        It is read by the next rebuild. A file of the same name is never replaced: the added one
        gets a number, unless it has the same bytes and is there already. Raises AddingError
        when it is empty or too large, or there is no room.
        """
        given = given if isinstance(given, bytes) else Path(given)
        return add(self.settings, name, given)

    def check(self, *, full: bool = False) -> CheckReport:
        """Whether the index is what was written: every file against its checksum.

        ``full`` also reads what is in them: counts, ids, spans, digests, words and vectors agree,
        and each source is in the corpus as it was indexed. Needs no model. Raises
        NoGenerationError when nothing was built.
        """
        return check(self.settings.index, self._files.digest_now if full else None)

    def status(self) -> Status:
        """What is indexed and whether the corpus has changed since; loads no model.

        Raises EncoderError when a model was named that is not there, CorpusError when the corpus
        cannot be listed, DamagedError for a damaged index.
        """
        try:
            generation = self._serving.latest()
        except NoGenerationError:
            return nothing_built(self.settings, self._serving.models.wanted(None).model)
        built = generation.header.recipe.encoder
        scan = corpora.scan(self.settings.corpus)
        another = self._serving.models.sets_another(built)
        stale = another or not current(self.settings, generation, scan)
        return status_of(self.settings, generation, scan, stale=stale)

    def verify(self, citation: Citation | str | bytes) -> Verification:
        """Check a citation, or one in JSON, against the corpus as it is on disk.

        Needs no index. Raises CitationError when the JSON holds no citation.
        """
        if not isinstance(citation, Citation):
            citation = claims.citation_from_json(citation)
        return self._files.verify(citation)

    def bundle(self, answer: Answer) -> str:
        """An answer as a bundle (JSON), with what stands around its quotes."""
        return answer.bundle(around_in(self.generation()))

    def verify_bundle(self, data: str | bytes) -> CheckedBundle:
        """Check a bundle, and each citation in it against the corpus as it is on disk.

        Needs no index. Raises CitationError when the JSON holds no bundle.
        """
        return check_bundle(data, self._files.verify_all)

    def view(self, address: str) -> View:
        """A document's canonical text as it was indexed; raises SourceError when it was not."""
        return self._files.view(self.generation(), address)

    def map(self, answer: Answer | None = None) -> CorpusMap:
        """The passages in two dimensions, an answer's hits and its question among them.

        Of a large index a sample, the same each time. Raises NoGenerationError when nothing was
        built, and for an answer what ``ask`` raises for the model.
        """
        generation = self.generation()
        ranks = {hit.hit.passage.id: hit.hit.rank for hit in answer.hits} if answer else {}
        vector = None
        if answer and generation.encoded:
            vector = self.opened()[1].encode_queries([answer.question])
        return self._maps.of(generation, ranks, vector)

    def boxes(self, citation: Citation) -> tuple[Box, ...]:
        """Where the quote stands on a PDF's pages: a box for each line and each table cell.

        Empty on pages that can be read and not drawn. Raises CitationError when the quote is no
        longer in the file, SourceError when the file is no PDF.
        """
        return self._files.boxes(citation)

    def page_image(self, citation: Citation, page: int | None = None) -> bytes:
        """A page of a cited PDF as PNG, the quote's boxes on it tinted.

        Without ``page``, which counts from one, the first page of the quote. Raises as
        ``boxes`` does, and SourceError when there is no such page or it cannot be drawn.
        """
        return self._files.page_image(citation, page, self.boxes(citation))

    def generation(self) -> Generation:
        """The generation that answers now, opened and verified; raises NoGenerationError.

        After another process published one, that one as soon as it is opened beside.
        """
        return self._serving.generation()

    def warm(self) -> None:
        """Load what the first question would load: the index and the models."""
        self.opened()
        self._serving.models.reranker()

    def opened(self) -> tuple[Generation, Encoder]:
        """The generation that serves and the encoder it was built with."""
        generation = self.generation()
        return generation, self._serving.encoder_of(generation)

    @property
    def reranker(self) -> Reranker | None:
        """What orders the best passages of each question, if the settings name a model for it."""
        return self._serving.models.reranker()

    def _asked(self, question: str, k: int, within: Filter | None) -> AskedQuestion:
        """A question as it is asked, of what answers now; raises as ``ask`` says."""
        question = checked_question(question)
        check_filter(within or Filter())
        if k < 1:
            raise SettingsError(f"The number of hits is {k}; ask for at least 1.")
        generation = self._serving.generation_or(self.rebuild)
        encoder = self._serving.encoder_for(generation)
        sources = generation.sources_within(within) if within else None
        return AskedQuestion(
            question, generation, encoder, k, sources, self._serving.models.reranker()
        )
