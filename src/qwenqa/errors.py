"""What can go wrong, as one tree.

Every message says what happened, to which file or setting, and what to do next, so that a
face can print it as it is.
"""

from __future__ import annotations


class QwenqaError(Exception):
    """Anything qwenqa refuses or fails to do; catch this to catch all of them.

    ::

        QwenqaError
        ├── SettingsError        a setting, option or argument is not usable
        ├── QuestionError        the question is empty or too long
        ├── CorpusError          the corpus folder cannot be used
        │   └── EmptyCorpusError nothing, or next to nothing, is left in it
        ├── SourceError          one source cannot be read (the others can)
        │   ├── SourceChangedError     it changed or vanished while it was read
        │   └── UnreadableError        it is there, and could not be read this time
        ├── EncoderError         the model is absent, not trusted, or broken
        ├── GenerationError      the index cannot be used
        │   ├── NoGenerationError      nothing has been built yet
        │   ├── DamagedError           bytes are not those that were written
        │   ├── OtherEncoderError      built with another model
        │   ├── BuilderBusyError       another process is building
        │   └── BuildCancelledError    a build was asked to end
        ├── CitationError        a citation is malformed
        ├── CollectionError      a collection to evaluate on, or a run, is malformed
        ├── UsersError           the user file, a name or a password cannot be used
        ├── AddingError          a file cannot be added to the corpus
        └── ServeError           the page cannot be served (port in use)
    """


class SettingsError(QwenqaError, ValueError):
    """A setting, option or argument is not usable."""


class QuestionError(QwenqaError, ValueError):
    """The question is empty or longer than the limit."""


class CorpusError(QwenqaError):
    """The corpus folder is absent or cannot be listed."""


class EmptyCorpusError(CorpusError):
    """Nothing that can be indexed, or next to nothing of what was, is left in the corpus."""


class SourceError(QwenqaError):
    """One source cannot be read; the message is its line in the report."""


class SourceChangedError(SourceError):
    """A source changed or vanished between the look at the corpus and its reading."""


class UnreadableError(SourceError):
    """A source is there, and could not be read: the system withheld its bytes or ended its reader.

    Nothing is known of what is in it, so what an earlier reading gave stays, and the next build
    tries again.
    """


class EncoderError(QwenqaError):
    """The model is absent, not trusted, or gives unusable vectors."""


class GenerationError(QwenqaError):
    """The index cannot be opened or written."""


class NoGenerationError(GenerationError):
    """Nothing has been built yet."""


class DamagedError(GenerationError):
    """Bytes of the index are not those that were written."""


class OtherEncoderError(GenerationError):
    """The index was built with another model."""


class BuilderBusyError(GenerationError):
    """Another process holds the builder's lock."""


class BuildCancelledError(GenerationError):
    """A build was asked to end; what it finished is there for the next one."""


class CitationError(QwenqaError, ValueError):
    """A citation is malformed or contradicts itself."""


class CollectionError(QwenqaError, ValueError):
    """A collection to evaluate on, or a run, is malformed."""


class UsersError(QwenqaError, ValueError):
    """The user file, a name or a password cannot be used."""


class AddingError(QwenqaError):
    """A file cannot be added to the corpus."""


class ServeError(QwenqaError):
    """The page cannot be served."""
