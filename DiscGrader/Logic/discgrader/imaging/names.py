"""What the name of a file or series says of it: plane, contrast, fat suppression, contrast agent, part of a Dixon
series."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from discgrader.imaging.series_words import Words, words_of
from discgrader.imaging.study import Contrast, Plane

T1_ECHO_MS, T1_REPETITION_MS = 30.0, 1300.0
"""Longest echo and repetition time of a T1; see `dicom_contrast` for where these limits come from."""

T2_ECHO_MS, T2_REPETITION_MS = 60.0, 900.0
"""Shortest echo and repetition time of a T2; see `dicom_contrast`."""

DERIVED = "derived"
AFTER_AGENT = "after contrast agent"

_USES: Mapping[str, str] = {
    "localizer": "a localizer",
    "calibration": "a calibration scan",
    "diffusion": "a diffusion image or map",
    "angiography": "an angiogram",
    "perfusion": "a perfusion series",
    "myelography": "a myelogram",
    "subtraction": "a subtraction",
    "projection": "a projection",
    "map": "a parametric map",
    "spectroscopy": "spectroscopy",
    "phase": "a phase image",
    "capture": "a page or screen capture",
}
_PARTS = {"fat": "the fat part of a Dixon series", "opposed": "the opposed-phase part of a Dixon series"}
_LUMBAR = "lumbar-spine"
_ALTERNATIVES = {"/", "&", "+", "or", "oder", "ou", "and", "und"}


@dataclass(frozen=True)
class Finding:
    """A contrast and, in words a user understands, why.

    Parameters
    ----------
    contrast : Contrast
    reason : str
    probability : float, optional
        Of the contrast, where the picture was looked at.
    traits : tuple of str
        What else is known: `DERIVED`, `AFTER_AGENT`, or the part of the body, such as ``cervical spine``.
    warnings : tuple of str
        Warnings for the reader.
    looks_like : (Contrast, float), optional
        What the picture looks most like and how probable that is, where nothing but the picture tells the contrast,
        surely or not.
    """

    contrast: Contrast
    reason: str
    probability: float | None = None
    traits: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    looks_like: tuple[Contrast, float] | None = None


@dataclass(frozen=True)
class NameFindings:
    """What a name says.

    Parameters
    ----------
    contrast : Contrast or None
        None where it says nothing of it, or several things.
    why : str
        In words that follow the name: ``says T2 with fat suppression``.
    plane : Plane or None
    fat_suppressed : bool
    agent : bool or None
        Whether contrast agent was given.
    part : str
        Of a Dixon series: ``water``, ``fat``, ``in``, ``opposed``; empty where it is none.
    traits : tuple of str
        As in `Finding`.
    words : Words
    """

    contrast: Contrast | None
    why: str = ""
    plane: Plane | None = None
    fat_suppressed: bool = False
    agent: bool | None = None
    part: str = ""
    traits: tuple[str, ...] = ()
    words: Words = field(default_factory=lambda: Words({}, ()), repr=False)


def parse_name(name: str) -> NameFindings:
    """What a file name or series description says."""
    words = words_of(name)
    part = _part(words)
    fat = part == "water" or _fat_suppressed(words)
    contrast, why = _judged(words, part, fat)
    fat = fat or contrast is Contrast.STIR
    agent = _agent(words, contrast)
    planes = words.values("plane")
    return NameFindings(
        contrast, why, Plane(planes[0]) if len(planes) == 1 else None, fat, agent, part, _traits(words, agent), words
    )


def contrast_from_name(name: str) -> Finding | None:
    """The contrast that a file name or series description speaks of; None where it speaks of none or of several."""
    return finding_of(parse_name(name), f"its name, {name},")


def finding_of(reading: NameFindings, subject: str) -> Finding | None:
    """What a name says as a finding, ``subject`` naming it in words; None where it does not tell the contrast."""
    if reading.contrast is None:
        return None
    return Finding(reading.contrast, f"{subject} {reading.why}", traits=reading.traits)


def _judged(words: Words, part: str, fat: bool) -> tuple[Contrast | None, str]:
    """The contrast that words speak of, and what they say; None where they leave it open."""
    for use in words.values("use"):
        return Contrast.OTHER, f"says that it is {_USES[use]}"
    if part in _PARTS:
        return Contrast.OTHER, f"says that it is {_PARTS[part]}"
    weights = set(words.values("weight"))
    if words.says("echo", "gradient"):
        if weights == {"T1"} and fat and part != "in":
            return Contrast.T1_FS, "says T1 with fat suppression"
        return Contrast.OTHER, f"says that it is a gradient echo ({words.word('echo', 'gradient')})"
    if words.says("recovery", "fluid"):
        return _fluid(words, weights, fat)
    if words.says("recovery", "short"):
        return _short(words, weights)
    if words.says("dixon", "yes") and not part and not fat:
        return None, "does not say which part of a Dixon series it is"
    return _weighted(words, weights, fat)


def _fluid(words: Words, weights: set[str], fat: bool) -> tuple[Contrast | None, str]:
    """FLAIR: with T1 weighting it is a T1, with T2 weighting the CSF is dark."""
    if weights == {"T1"}:
        return (Contrast.T1_FS, "says T1 FLAIR with fat suppression") if fat else (Contrast.T1, "says T1 FLAIR")
    if weights == {"T2"} or words.says("recovery", "short"):
        return Contrast.OTHER, "says that fluid is suppressed (FLAIR)"
    return None, "says FLAIR, which may be T1- or T2-weighted"


def _short(words: Words, weights: set[str]) -> tuple[Contrast | None, str]:
    word = words.word("recovery", "short")
    if "T1" in weights or _either(words):
        return None, f"says both {' and '.join(sorted(weights))} and {word.upper()}"
    return Contrast.STIR, f"says {word.upper()}, which is inversion recovery with fat suppressed"


def _either(words: Words) -> bool:
    """Whether T2 and STIR are named as alternatives, as in ``Sagittal T2/STIR`` of a public challenge."""
    if words.tokens == ("sagittal", "t2", "stir"):
        return True
    weights = [words.tokens.index(word) for _, word in words.matches.get("weight", ()) if word in words.tokens]
    others = [words.tokens.index(word) for value, word in words.matches["recovery"] if word in words.tokens]
    return any(_ALTERNATIVES & set(words.tokens[min(a, b) : max(a, b)]) for a in weights for b in others)


def _weighted(words: Words, weights: set[str], fat: bool) -> tuple[Contrast | None, str]:
    if not weights:
        return _by_written_times(words, fat)
    if weights <= {"T2", "PD"} and fat:
        return Contrast.STIR, f"says {' and '.join(sorted(weights))} with fat suppression, which looks like STIR"
    if len(weights) > 1:
        return None, f"says {' and '.join(sorted(weights))}"
    [weight] = weights
    if weight == "T1":
        return (Contrast.T1_FS, "says T1 with fat suppression") if fat else (Contrast.T1, "says T1")
    if weight == "PD":
        return Contrast.OTHER, "says that it is proton-density weighted"
    if words.says("recovery", "some"):
        return Contrast.STIR, "says T2 with inversion recovery"
    if words.says("volume", "3D"):
        return Contrast.T2_SPACE, "says T2 SPACE or another 3D T2"
    return Contrast.T2, "says T2"


def _by_written_times(words: Words, fat: bool) -> tuple[Contrast | None, str]:
    """By ``4000/128`` in the name, or by inversion recovery alone."""
    if words.says("recovery", "some"):
        return Contrast.STIR, "says inversion recovery"
    spin_echo = {"se", "fse", "tse", "frfse"} & set(words.tokens)
    if len(words.times_ms) != 2 or not spin_echo:
        return None, ""
    repetition, echo = words.times_ms
    matches = f"says TR/TE {repetition:g}/{echo:g} ms"
    if echo <= T1_ECHO_MS and repetition <= T1_REPETITION_MS:
        return (Contrast.T1_FS if fat else Contrast.T1), matches
    if echo >= T2_ECHO_MS and repetition >= T2_REPETITION_MS:
        return (Contrast.STIR if fat else Contrast.T2), matches
    return None, matches


def _part(words: Words) -> str:
    """Which part of a Dixon series it is; single letters count only in the name of one, or set off at the end."""
    parts = [part for part in words.values("part") if part in ("water", "fat", "in", "opposed")]
    if parts:
        return parts[-1]
    letters = {word: value.removeprefix("letter-") for value, word in words.matches.get("part", ())}
    places = [place for place, token in enumerate(words.tokens) if token in letters and not _weighting(words, place)]
    last = len(words.tokens) - 1
    if not words.says("dixon", "yes"):
        places = [place for place in places if place == last and words.ends_apart]
    return letters[words.tokens[places[-1]]] if places else ""


def _weighting(words: Words, place: int) -> bool:
    """Whether a letter W belongs to the weighting before it, as in ``T2 W``."""
    return words.tokens[place] == "w" and place > 0 and words.tokens[place - 1] in ("t1", "t2", "pd")


def _fat_suppressed(words: Words) -> bool:
    """Whether any technique that makes fat dark is named, and not denied."""
    named = [word for value, word in words.matches.get("fat", ()) if value == "dark"]
    return any(not _denied(words, word) for word in named)


def _denied(words: Words, word: str) -> bool:
    text = f" {' '.join(words.tokens)} "
    return any(f" {no} {word} " in text for _, no in words.matches.get("negation", ()))


def _agent(words: Words, contrast: Contrast | None) -> bool | None:
    """Whether contrast agent was given, as far as it is said: ``GADO_PRE`` is before it."""
    given = [word for value, word in words.matches.get("agent", ()) if value == "given"]
    matches = [word for word in given if not _denied(words, word)]
    if words.says("agent", "none") and not any("post" in word for word in matches):
        return False
    if given:
        return bool(matches)
    last = words.word("agent", "last-c")
    return True if last and words.tokens[-1] == last and contrast in (Contrast.T1, Contrast.T1_FS) else None


def _traits(words: Words, agent: bool | None) -> tuple[str, ...]:
    places = [place for place in words.values("anatomy") if place != _LUMBAR]
    lumbar = words.says("anatomy", _LUMBAR)
    return (
        *([DERIVED] if words.says("derived", "yes") else []),
        *([AFTER_AGENT] if agent else []),
        *([] if lumbar else [place.replace("-", " ") for place in places[:1]]),
    )
