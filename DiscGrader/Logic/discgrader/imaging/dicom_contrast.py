"""What the DICOM attributes of a series say of its contrast.

Echo, repetition and inversion times count before names, because people name series as they like. The limits are those
in general use for spin echo at 0.5 to 3 T: a T1 picture has TE up to 30 ms and TR up to 1300 ms, a T2 picture TE from
60 ms and TR from 900 ms, STIR an inversion time of 80 to 350 ms. Between them the times say nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from discgrader.imaging.names import (
    AFTER_AGENT,
    DERIVED,
    T1_ECHO_MS,
    T1_REPETITION_MS,
    T2_ECHO_MS,
    T2_REPETITION_MS,
    Finding,
    NameFindings,
    finding_of,
    parse_name,
)
from discgrader.imaging.study import Contrast

_STIR_INVERSION_MS = (80.0, 350.0)
_T1_INVERSION_MS = (400.0, 1300.0)
_LONGEST_ECHO_MS = 350.0
_NO_ECHO_MS, _NO_REPETITION_MS = 3000.0, 60000.0
"""No picture of the spine is taken so; what states such times states them in another unit, or nothing."""
_LONGEST_DENSITY_ECHO_MS = 45.0
"""Longer echoes are T2-weighted more than proton-density-weighted. General use, see the top of this file; no
measurement is on record."""

_LONGEST_T1_REPETITION_MS = 2500.0
"""A series named T1 may have a TR up to this, as T1 at 3 T and T1 FLAIR do. General use; no measurement is on
record."""

_NO_SPINE_PICTURE = {
    "LOCALIZER": "a localizer",
    "DIFFUSION": "a diffusion image",
    "ADC": "a diffusion map",
    "TRACEW": "a diffusion image",
    "EADC": "a diffusion map",
    "FA": "a diffusion map",
    "PHASE MAP": "a phase image",
    "P": "a phase image",
    "PHASE": "a phase image",
    "R": "the real part of a complex image",
    "REAL": "the real part of a complex image",
    "I": "the imaginary part of a complex image",
    "IMAGINARY": "the imaginary part of a complex image",
    "PROJECTION IMAGE": "a projection",
    "MIP": "a projection",
    "MIN IP": "a projection",
    "MNIP": "a projection",
    "FAT": "the fat part of a Dixon series",
    "F": "the fat part of a Dixon series",
    "FAT_FRACTION": "a fat map",
    "FF": "a fat map",
    "OUT_PHASE": "the opposed-phase part of a Dixon series",
    "OPP_PHASE": "the opposed-phase part of a Dixon series",
    "OPPOSED_PHASE": "the opposed-phase part of a Dixon series",
    "OP": "the opposed-phase part of a Dixon series",
    "OPP": "the opposed-phase part of a Dixon series",
    "SUBTRACTION": "a subtraction",
    "SUBTRACT": "a subtraction",
    "SUB": "a subtraction",
    "T1 MAP": "a parametric map",
    "T2 MAP": "a parametric map",
    "T2 STAR MAP": "a parametric map",
    "T1_MAP": "a parametric map",
    "T2_MAP": "a parametric map",
    "T2_STAR": "a gradient echo",
    "M_FFE": "a gradient echo",
    "SCREEN SAVE": "a screen capture",
    "MOSAIC": "a mosaic of many slices",
    "PERFUSION": "a perfusion series",
}
_WATER = {"WATER", "W"}
_IN_PHASE = {"IN_PHASE", "IP", "IN"}
_REFORMATTED = {"MPR", "REFORMATTED", "CPR", "CSA MPR", "COMPOSED", "CSAPARALLEL", "RESAMPLED"}
_FAT_OPTIONS = {"FS", "SFS", "FATSAT", "FAT_GEMS", "SPIR", "SPAIR", "WE", "CHEMSAT_GEMS"}
_STATED = {"T1": Contrast.T1, "T2": Contrast.T2, "STIR": Contrast.STIR}
_NO_AGENT = {"", "NO", "NONE", "N/A", "NA", "0", "FALSE", "WITHOUT", "OHNE"}


@dataclass(frozen=True)
class _Header:
    """What the attributes of one series say, gathered once."""

    stated: Mapping[str, object]
    text: str
    named: NameFindings
    kind: frozenset[str]
    sequence: frozenset[str]

    @property
    def fat_suppressed(self) -> bool:
        options = set(_words(self.stated, "ScanOptions"))
        selected = str(self.stated.get("SpectrallySelectedSuppression", "")).upper()
        return bool(options & _FAT_OPTIONS or self.kind & _WATER or "FAT" in selected or self.named.fat_suppressed)

    @property
    def part_unsaid(self) -> bool:
        """Whether it is one part of a Dixon series, and neither name nor image type says which."""
        part_named = self.named.part or self.kind & (_WATER | _IN_PHASE)
        return self.named.words.says("dixon", "yes") and not part_named and not self.fat_suppressed

    @property
    def inverted(self) -> bool:
        """Whether inversion recovery is stated beside any inversion time."""
        stated = "IR" in self.sequence or self.stated.get("InversionRecovery") == "YES" or "M_IR" in self.kind
        return bool(stated or "IR_GEMS" in _words(self.stated, "ScanOptions"))

    @property
    def traits(self) -> tuple[str, ...]:
        given_agent = any(
            str(self.stated.get(keyword, "")).strip().upper() not in _NO_AGENT
            for keyword in ("ContrastBolusAgent", "ContrastBolusIngredient")
        )
        amounts = [_number(self.stated, keyword) for keyword in ("ContrastBolusVolume", "ContrastBolusTotalDose")]
        agent = given_agent or any(amount is not None and amount > 0 for amount in amounts)
        derived = bool(self.kind & _REFORMATTED)
        more = [DERIVED] * derived + [AFTER_AGENT] * (agent and self.named.agent is not False)
        # what all series of an examination are said to show is often a preset, so that their own names count before it
        shown = (
            []
            if self.named.words.values("anatomy")
            else parse_name(str(self.stated.get("BodyPartExamined", ""))).traits
        )
        return tuple(dict.fromkeys([*more, *self.named.traits, *shown]))


def contrast_from_dicom(stated: Mapping[str, object]) -> Finding | None:
    """The contrast by DICOM attributes (keyword to value), and why; None where they do not tell."""
    header = _header(stated)
    found = _not_graded(header) or _by_times(header) or _by_statement(header)
    named = finding_of(header.named, f"its description, {header.text},")
    if found is None:
        found = named
    elif named is not None and not _agree(named.contrast, found.contrast) and found.contrast is not Contrast.OTHER:
        # People name series as they like; the times count, and the reader is warned.
        found = replace(found, warnings=(f"its description, {header.text}, {header.named.why}, but {found.reason}",))
    return None if found is None else replace(found, traits=header.traits)


def traits_from_dicom(stated: Mapping[str, object]) -> tuple[str, ...]:
    """What attributes say besides the contrast; see `Finding`."""
    return _header(stated).traits


def _header(stated: Mapping[str, object]) -> _Header:
    """Of the description; the protocol's and the sequence's names count where it is silent, as they may be of the whole
    examination."""
    texts = [
        str(stated[keyword]).strip()
        for keyword in ("SeriesDescription", "ProtocolName", "SequenceName", "PulseSequenceName")
        if str(stated.get(keyword) or "").strip()
    ]
    read = [(text, parse_name(text)) for text in texts]
    telling = [entry for entry in read if entry[1].contrast is not None or entry[1].why]
    text, named = next(iter([*telling, *read]), ("", parse_name("")))
    return _Header(
        stated, text, named, frozenset(_words(stated, "ImageType")), frozenset(_words(stated, "ScanningSequence"))
    )


def _agree(named: Contrast, found: Contrast) -> bool:
    alike = {Contrast.T2, Contrast.T2_SPACE}
    return named is found or {named, found} <= alike


def _not_graded(header: _Header) -> Finding | None:
    """What is known to be something else than a weighted spin-echo picture."""
    stated, named = header.stated, header.named
    gradient = named.contrast is Contrast.OTHER and named.words.says("echo", "gradient") and "SE" not in header.sequence
    if named.words.values("use") or named.part in ("fat", "opposed") or gradient:
        return finding_of(named, f"its description, {header.text},")
    for word in sorted(header.kind & _NO_SPINE_PICTURE.keys()):
        return Finding(Contrast.OTHER, f"DICOM says that it is {_NO_SPINE_PICTURE[word]} (image type {word})")
    if "EP" in header.sequence or _number(stated, "DiffusionBValue") is not None:
        return Finding(Contrast.OTHER, "DICOM says that it is an echo-planar or diffusion image")
    if ("GR" in header.sequence and "SE" not in header.sequence) or stated.get("EchoPulseSequence") == "GRADIENT":
        if named.contrast is Contrast.T1_FS:
            return Finding(Contrast.T1_FS, f"its description, {header.text}, {named.why}")
        return Finding(Contrast.OTHER, "DICOM says that it is a gradient echo")
    return None


def _by_times(header: _Header) -> Finding | None:
    stated, named = header.stated, header.named
    echo, repetition = _number(stated, "EchoTime"), _number(stated, "RepetitionTime")
    inversion = _number(stated, "InversionTime") or 0.0
    if not echo or not repetition or echo > _NO_ECHO_MS or repetition > _NO_REPETITION_MS:
        return None
    times = f"echo time {echo:g} ms, repetition time {repetition:g} ms"
    if _within(inversion, _STIR_INVERSION_MS):
        return Finding(Contrast.STIR, f"DICOM states inversion recovery (inversion time {inversion:g} ms, {times})")
    if named.contrast is Contrast.STIR and (named.words.values("recovery") or header.inverted):
        return Finding(Contrast.STIR, f"its description, {header.text}, {named.why} ({times})")
    if header.part_unsaid:
        return None
    if echo <= T1_ECHO_MS and (repetition <= T1_REPETITION_MS or _within(inversion, _T1_INVERSION_MS)):
        return _t1(header, times)
    if inversion > _T1_INVERSION_MS[1]:
        return Finding(Contrast.OTHER, f"DICOM states fluid suppression (inversion time {inversion:g} ms, {times})")
    if echo > _LONGEST_ECHO_MS:
        return Finding(Contrast.OTHER, f"DICOM states {times}, as in myelography")
    if echo < T2_ECHO_MS:
        return _between(header, echo, repetition, times)
    if repetition < T2_REPETITION_MS or named.contrast is Contrast.OTHER:
        return None
    return _t2(header, times)


def _t1(header: _Header, times: str) -> Finding:
    if header.fat_suppressed:
        return Finding(Contrast.T1_FS, f"DICOM states {times} with fat suppression")
    return Finding(Contrast.T1, f"DICOM states {times}")


def _t2(header: _Header, times: str) -> Finding:
    if header.fat_suppressed:
        return Finding(Contrast.STIR, f"DICOM states {times} with fat suppression, which looks like STIR")
    if header.stated.get("MRAcquisitionType") == "3D" or header.named.words.says("volume", "3D"):
        return Finding(Contrast.T2_SPACE, f"DICOM states {times}, 3D")
    return Finding(Contrast.T2, f"DICOM states {times}")


def _between(header: _Header, echo: float, repetition: float, times: str) -> Finding | None:
    """Proton density, unless the name says T1 and the times are hardly too long for it."""
    if repetition <= T1_REPETITION_MS or echo > _LONGEST_DENSITY_ECHO_MS:
        return None
    named_t1 = header.named.contrast in (Contrast.T1, Contrast.T1_FS)
    if named_t1 and echo <= T1_ECHO_MS and repetition <= _LONGEST_T1_REPETITION_MS:
        return None
    if header.fat_suppressed:
        return Finding(Contrast.STIR, f"DICOM states {times} with fat suppression, where fluid is bright as on STIR")
    return Finding(Contrast.OTHER, f"DICOM states {times}, which is proton-density weighted")


def _by_statement(header: _Header) -> Finding | None:
    """What an enhanced file states outright."""
    stated = str(header.stated.get("AcquisitionContrast", ""))
    if stated == "PROTON_DENSITY" and not header.fat_suppressed:
        return Finding(Contrast.OTHER, "DICOM states the contrast PROTON_DENSITY")
    if stated in ("DIFFUSION", "PERFUSION", "T2_STAR", "FLUID_ATTENUATED", "FLOW_ENCODED", "TAGGING", "SUSCEPTIBILITY"):
        return Finding(Contrast.OTHER, f"DICOM states the contrast {stated}")
    if stated not in _STATED:
        return None
    return Finding(_refined(header, _STATED[stated]), f"DICOM states the contrast {stated}")


def _refined(header: _Header, contrast: Contrast) -> Contrast:
    if header.fat_suppressed:
        return {Contrast.T1: Contrast.T1_FS, Contrast.T2: Contrast.STIR}.get(contrast, contrast)
    three_d = header.stated.get("MRAcquisitionType") == "3D" or header.named.words.says("volume", "3D")
    return Contrast.T2_SPACE if contrast is Contrast.T2 and three_d else contrast


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def _number(stated: Mapping[str, object], keyword: str) -> float | None:
    value = stated.get(keyword)
    if isinstance(value, list):
        value = value[0] if value else None
    try:
        return float(value) if isinstance(value, (int, float, str)) else None
    except ValueError:
        return None


def _words(stated: Mapping[str, object], keyword: str) -> list[str]:
    value = stated.get(keyword, [])
    return [str(item).strip().upper() for item in (value if isinstance(value, list) else [value])]
