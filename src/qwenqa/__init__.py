"""Ask a folder of documents; get the passages that answer, each cited and checkable, offline."""

# What stands here is named in __init__.pyi and imported when it is first asked for: a reading
# process, which needs none of it, would otherwise load every library there is.
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
