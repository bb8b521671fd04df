"""Widgets: interactive figures that work on a page without a kernel, in Jupyter and in Colab.

board     ProgressBoard: the exercises passed
compare   Compare: two reconstructions, with their errors
contrast  Contrast: TR, TE and flip angle on sliders
explore   explore: any function of a few parameters
foldover  FoldOver: aliasing, SENSE and the g-factor
movie     Movie: series of images, played side by side
painter   KSpacePainter: masks painted by hand
player    TrajectoryPlayer: shots, gradients and images
sequence  Sequence: a pulse sequence walks through k-space
solver    SparseSolver: ISTA, FISTA and POGM step by step
base      the code that they share

They need `anywidget`: `pip install "mrilab[notebook]"`. No other part of mrilab imports this one.
"""

try:
    import anywidget as _anywidget  # noqa: F401
except ImportError as error:
    raise ImportError('the widgets need anywidget: pip install "mrilab[notebook]"') from error

from .board import ProgressBoard as ProgressBoard
from .compare import Compare as Compare
from .contrast import Contrast as Contrast
from .explore import Explorer as Explorer
from .explore import explore as explore
from .foldover import FoldOver as FoldOver
from .movie import Movie as Movie
from .painter import KSpacePainter as KSpacePainter
from .player import TrajectoryPlayer as TrajectoryPlayer
from .sequence import Sequence as Sequence
from .solver import SparseSolver as SparseSolver
