"""What the DICOM attributes of a series say of its contrast.

Echo, repetition and inversion times count before names, because people name series as they like. The limits are those
in general use for spin echo at 0.5 to 3 T: a T1 picture has TE up to 30 ms and TR up to 1300 ms, a T2 picture TE from
60 ms and TR from 900 ms, STIR an inversion time of 80 to 350 ms.
"""

from collections.abc import Mapping

from discgrader.imaging.names import Finding, contrast_from_name, says, says_fat_suppression
from discgrader.imaging.study import Contrast

_T1_ECHO_MS, _T1_REPETITION_MS = 30.0, 1300.0
_T2_ECHO_MS, _T2_REPETITION_MS = 60.0, 900.0
_STIR_INVERSION_MS = (80.0, 350.0)
_T1_INVERSION_MS = (400.0, 1300.0)
_LONGEST_ECHO_MS = 350.0

_NO_SPINE_PICTURE = {
    "LOCALIZER": "a localizer", "DIFFUSION": "a diffusion image", "ADC": "a diffusion map", "TRACEW": "a diffusion "
    "image", "PHASE MAP": "a phase image", "P": "a phase image", "PROJECTION IMAGE": "a projection", "MIP": "a "
    "projection", "MIN IP": "a projection", "FAT": "the fat part of a Dixon series", "F": "the fat part of a Dixon "
    "series", "OUT_PHASE": "the opposed-phase part of a Dixon series", "OPP_PHASE": "the opposed-phase part of a "
    "Dixon series", "SUBTRACTION": "a subtraction",
}
_STATED = {"T1": Contrast.T1, "T2": Contrast.T2, "STIR": Contrast.STIR}


def contrast_from_dicom(identity: Mapping[str, object]) -> Finding | None:
    """The contrast by DICOM attributes (keyword to value), and why; None where they do not tell."""
    text = " ".join(str(identity[one]) for one in ("SeriesDescription", "ProtocolName") if identity.get(one))
    kind = set(_words(identity, "ImageType"))
    if says("(?:LOC|LOCALI[SZ]ER|SCOUT|SURVEY|PLANE LOC|3 ?PL)", text):
        return Finding(Contrast.UNKNOWN, f"its description, {text}, says that it is a localizer")
    for word in sorted(kind & _NO_SPINE_PICTURE.keys()):
        return Finding(Contrast.UNKNOWN, f"DICOM says that it is {_NO_SPINE_PICTURE[word]} (image type {word})")
    sequence = set(_words(identity, "ScanningSequence"))
    if "EP" in sequence or _number(identity, "DiffusionBValue") is not None:
        return Finding(Contrast.UNKNOWN, "DICOM says that it is an echo-planar or diffusion image")
    if ("GR" in sequence and "SE" not in sequence) or identity.get("EchoPulseSequence") == "GRADIENT":
        return Finding(Contrast.UNKNOWN, "DICOM says that it is a gradient echo")
    return _by_times(identity, text, kind) or _by_statement(identity, text) or contrast_from_name(text)


def _by_times(identity: Mapping[str, object], text: str, kind: set[str]) -> Finding | None:
    echo, repetition = _number(identity, "EchoTime"), _number(identity, "RepetitionTime")
    inversion = _number(identity, "InversionTime") or 0.0
    if not echo or not repetition:
        return None
    times = f"echo time {echo:g} ms, repetition time {repetition:g} ms"
    if _within(inversion, _STIR_INVERSION_MS) or says("(?:STIR|TIRM)", text):
        return Finding(Contrast.STIR, f"DICOM states inversion recovery (inversion time {inversion:g} ms, {times})")
    volumetric = identity.get("MRAcquisitionType") == "3D" or says("(?:SPACE|SPC|CUBE|VISTA|BRAINVIEW)", text)
    if echo <= _T1_ECHO_MS and (repetition <= _T1_REPETITION_MS or _within(inversion, _T1_INVERSION_MS)):
        agent = ", after contrast agent" if identity.get("ContrastBolusAgent") else ""
        return Finding(Contrast.T1, f"DICOM states {times}{agent}")
    if inversion > _T1_INVERSION_MS[1]:
        return Finding(Contrast.UNKNOWN, f"DICOM states fluid suppression (inversion time {inversion:g} ms, {times})")
    if echo > _LONGEST_ECHO_MS:
        return Finding(Contrast.UNKNOWN, f"DICOM states {times}, as in myelography")
    if echo < _T2_ECHO_MS:
        if repetition > _T1_REPETITION_MS:
            return Finding(Contrast.UNKNOWN, f"DICOM states {times}, which weights proton density")
        return None
    if repetition < _T2_REPETITION_MS:
        return None
    if _fat_suppressed(identity, text, kind):
        return Finding(Contrast.STIR, f"DICOM states {times} with fat suppression, which looks as STIR does")
    if volumetric:
        return Finding(Contrast.T2_SPACE, f"DICOM states {times}, 3D")
    return Finding(Contrast.T2, f"DICOM states {times}")


def _by_statement(identity: Mapping[str, object], text: str) -> Finding | None:
    """What an enhanced file states outright."""
    stated = str(identity.get("AcquisitionContrast", ""))
    if stated not in _STATED:
        return None
    contrast = _STATED[stated]
    named = contrast_from_name(text)
    if contrast == Contrast.T2 and named is not None and named.contrast == Contrast.T2_SPACE:
        return named
    if contrast == Contrast.T2 and identity.get("MRAcquisitionType") == "3D":
        contrast = Contrast.T2_SPACE
    return Finding(contrast, f"DICOM states the contrast {stated}")


def _fat_suppressed(identity: Mapping[str, object], text: str, kind: set[str]) -> bool:
    options = set(_words(identity, "ScanOptions"))
    selected = str(identity.get("SpectrallySelectedSuppression", ""))
    return bool(
        options & {"FS", "SFS", "FATSAT", "FAT_GEMS"} or kind & {"WATER", "W"} or "FAT" in selected
        or says_fat_suppression(text)
    )


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def _number(identity: Mapping[str, object], keyword: str) -> float | None:
    value = identity.get(keyword)
    if isinstance(value, list):
        value = value[0] if value else None
    return float(value) if isinstance(value, (int, float)) else None


def _words(identity: Mapping[str, object], keyword: str) -> list[str]:
    value = identity.get(keyword, [])
    return [str(one).upper() for one in (value if isinstance(value, list) else [value])]
