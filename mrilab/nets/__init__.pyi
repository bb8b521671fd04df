# What `mrilab.nets` exports: lazy_loader reads this list at run time, type checkers read it too.
from .batches import Each as Each
from .batches import collate as collate
from .dataset import Sample as Sample
from .dataset import Slices as Slices
from .images import ImageUNet as ImageUNet
from .images import ZeroFilledUNet as ZeroFilledUNet
from .networks import build as build
from .networks import count_parameters as count_parameters
from .population import Brains as Brains
from .scans import ScanFolder as ScanFolder
from .settings import Settings as Settings
from .training import train as train
from .unet import UNet as UNet
from .unrolled import Unrolled as Unrolled
from .weights import WeightsError as WeightsError
from .weights import load_weights as load_weights
from .weights import save_weights as save_weights
