"""Where a calculation in float64 takes place: Apple's GPUs have nothing larger than float32."""

import torch


def device_with_float64(device: torch.device) -> torch.device:
    """The device itself, or the CPU in place of one of Apple's."""
    return torch.device("cpu") if device.type == "mps" else device
