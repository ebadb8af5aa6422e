"""The precision that training is fastest in on this machine."""

import torch


def training_autocast(device: str = "cpu") -> torch.autocast:
    """Autocast to bfloat16 where the device multiplies it in hardware; elsewhere float32, which is faster there."""
    kind = torch.device(device).type
    if kind == "cpu":
        hardware = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    else:
        hardware = kind == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.autocast(kind, torch.bfloat16, enabled=hardware)
