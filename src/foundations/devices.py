"""Devices: the best one of this machine, or the one that is asked for, if the machine has it."""

import torch


def best_device() -> torch.device:
    """Choose the device that trains nets fastest as a rule: an NVIDIA (or AMD) GPU, then Apple's, then the CPU.

    Returns:
        `cuda`, else `mps`, else `cpu`.

    Example:
        ```python
        import torch
        from foundations import best_device

        x = torch.ones(3, device=best_device())
        assert x.sum() == 3
        ```

    Source:
        https://docs.pytorch.org/docs/stable/tensor_attributes.html#torch.device
    """
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def as_device(device: str | torch.device | None = None) -> torch.device:
    """Take a device by its name, and make sure that this machine has it.

    Args:
        device: Such as `"cpu"`, `"cuda"`, `"cuda:1"` or `"mps"`; the best one here where it is None.

    Returns:
        The device.

    Raises:
        TypeError: device is no name and no device.
        ValueError: There is no device of this name, or none on this machine.

    Example:
        ```python
        from foundations import as_device

        try:
            as_device("gpu")
        except ValueError as error:
            print(error)
        ```
    """
    if device is None:
        return best_device()
    if not isinstance(device, str | torch.device):
        raise TypeError(f'device must be a name such as "cpu", not {type(device).__name__}')
    devices = ["cpu"]
    if torch.backends.mps.is_available():
        devices.insert(0, "mps")
    devices = [f"cuda:{index}" for index in range(torch.cuda.device_count())] + devices
    try:
        chosen = torch.device(device)
    except RuntimeError:
        raise ValueError(f"there is no device {str(device)!r}; this machine has {', '.join(devices)}") from None
    if str(chosen) not in devices and f"{chosen}:0" not in devices and str(chosen) not in ("cpu:0", "mps:0", "meta"):
        raise ValueError(f"this machine has no device {str(device)!r}; it has {', '.join(devices)}")
    return chosen
