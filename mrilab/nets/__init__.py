"""Learned reconstruction: networks, data sets, the training loop, stored weights, and tests of trust.

unet, images, unrolled, consistency, networks  the networks
dataset, population, scans, in_vivo, batches  the data that they learn from and are tested on
scenes, world                     a randomised world to train on
settings, objectives, training, ssdu  training, with and without references
zero_shot, adapted                training on the one scan itself, and what it gains
plug_and_play, denoising          a denoiser as the prior of a solver, and its errors
weights, pretrained, recipes, fastmri  weights on disk, those of the chapters, and fastMRI's
budget                            what a training costs on a GPU, counted without one
trust, intervals, coverage, lesions, shifts  tests before a network is trusted
evaluate, foreign, judge, results  the test table, and scores on scans that no network has learned from

The only folder that imports torch at module level; `import mrilab.nets` itself does not. A network is called as
`net(A, y)`, with an operator A as in the sparse chapters, and returns images.

>>> from mrilab.nets import UNet
>>> sum(p.numel() for p in UNet(1, 1, channels=32, pools=4).parameters())
7756097
"""

import lazy_loader

_attached, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str):
    """Return a public name; without torch, raise an ImportError that says what to install."""
    try:
        return _attached(name)
    except ModuleNotFoundError as error:
        if error.name not in ("torch", "safetensors"):
            raise
        raise ImportError("the networks need torch: pip install 'mrilab[torch]'") from error
