"""Import first: torchvision's compiled operators don't load beside a CPU build of torch, and importing it describes
the shapes of two of them, which must then exist. Nothing here uses them."""

import torch

_library = torch.library.Library("torchvision", "DEF")
for _name in ("nms", "qnms"):
    _library.define(f"{_name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
