"""Learned reconstruction: networks, the data they learn from, the training loop, and weights on the disk.

The only folder that imports torch at module level; `import mrilab.nets` itself stays light. A network here is called
as `net(A, y)`, with the operator A of the sparse chapters, and gives an image.

>>> from mrilab.nets import UNet
>>> sum(p.numel() for p in UNet(1, 1, channels=32, pools=4).parameters())
7756097
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
