"""The precision that training is fastest in on this machine."""

import torch


def training_autocast() -> torch.autocast:
    """Autocast to bfloat16 where the processor multiplies it in hardware; elsewhere float32, which is faster there."""
    hardware = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    return torch.autocast("cpu", torch.bfloat16, enabled=hardware)
