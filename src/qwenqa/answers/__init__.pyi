"""Hits to answers: what in them answers, cited, verified, and rendered."""

from .answer.answer import Answer as Answer
from .citations.claims import citation_from_json as citation_from_json
from .citations.claims import citation_json as citation_json
from .citations.claims import citation_markdown as citation_markdown
from .citations.claims import citation_text as citation_text
from .citations.claims import cite as cite
from .citations.reference_formats import citation_bibtex as citation_bibtex
from .citations.reference_formats import citation_csl as citation_csl
from .questions.follow_up import FollowUp as FollowUp
