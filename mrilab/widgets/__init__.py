"""Widgets: pictures that answer the hand, on a page without a kernel, in Jupyter and in Colab.

They need `anywidget`: `pip install "mrilab[notebook]"`. No other part of mrilab imports this one.
"""

try:
    import anywidget as _anywidget  # noqa: F401
except ImportError as error:
    raise ImportError('the widgets need anywidget: pip install "mrilab[notebook]"') from error

from .compare import Compare as Compare
from .explore import Explorer as Explorer
from .explore import explore as explore
from .foldover import FoldOver as FoldOver
from .painter import KSpacePainter as KSpacePainter
from .player import TrajectoryPlayer as TrajectoryPlayer
from .solver import SparseSolver as SparseSolver
