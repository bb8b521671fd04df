"""Figures and tables for the chapters.

images  gallery, panels, show_mask, coefficients
curves  convergence, lines, histograms, paths
tables  table, spread
"""

from .curves import COLOURS as COLOURS
from .curves import DASHES as DASHES
from .curves import convergence as convergence
from .curves import histograms as histograms
from .curves import lines as lines
from .curves import paths as paths
from .images import coefficients as coefficients
from .images import gallery as gallery
from .images import panels as panels
from .images import show_mask as show_mask
