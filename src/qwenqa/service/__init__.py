"""The rooms wired together: ask, rebuild, status, verify."""

# As in qwenqa itself: what is public is named in __init__.pyi and imported when it is first used.
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
