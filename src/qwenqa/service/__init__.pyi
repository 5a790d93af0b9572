"""The rooms wired together: ask, rebuild, status, verify."""

from .ask.bundles import CheckedBundle as CheckedBundle
from .library import Library as Library
from .upkeep.adding import Added as Added
from .upkeep.saved import SavedQuestions as SavedQuestions
from .upkeep.status import SourceStatus as SourceStatus
from .upkeep.status import Status as Status
from .upkeep.users import Users as Users
