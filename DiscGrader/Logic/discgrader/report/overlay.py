"""Lines and names drawn over a slice picture, as SVG in millimetres."""

from collections.abc import Sequence

import numpy as np

from discgrader.grading.results import DiscResult
from discgrader.reading.record import ACCEPTED, OVERRIDDEN
from discgrader.report.account import Account
from discgrader.report.markup import Html, tag
from discgrader.report.pictures import Picture, box_outline
from discgrader.report.plates import status_sign
from discgrader.report.words import NEUTRAL, definition

SCALE_BAR_MM = 50.0
_INK = "#0b0f14"


def picture_with_boxes(account: Account, picture: Picture, discs: Sequence[DiscResult], alt: str) -> Html:
    """A slice picture with every disc's box, name and grade over it, the reader's grade with its sign."""
    width, height = picture.width_mm, picture.height_mm
    drawing = tag(
        "svg",
        [_box(account, picture, disc) for disc in discs],
        _scale_bar(width, height),
        _small_text("A", 0.025 * width, 6.5, "start"),
        _small_text("P", 0.975 * width, 6.5, "end"),
        viewBox=f"0 0 {width:.2f} {height:.2f}",
        aria_hidden="true",
        focusable="false",
    )
    image = tag("img", src=picture.data_uri(), alt=alt, width=picture.pixels.shape[1], height=picture.pixels.shape[0])
    return tag("div", image, drawing, class_="picture", style=f"--ratio:{width / height:.4f}")


def _text_mm(picture: Picture) -> float:
    """Letters of the same size on the screen, where pictures are shown at the same height."""
    return float(np.clip(0.021 * picture.height_mm, 3.6, 6.0))


def _box(account: Account, picture: Picture, disc: DiscResult) -> Html:
    grade = account.leading(disc.disc.level)
    color = definition(grade, grade.grade).color if grade else NEUTRAL
    corners = box_outline(picture, disc.disc.roi)
    outline = " ".join(f"{x:.2f},{y:.2f}" for x, y in corners)
    front, back = (corners[0] + corners[3]) / 2, (corners[1] + corners[2]) / 2
    size = _text_mm(picture)
    parts = [
        tag("polygon", points=outline, fill="none", stroke=_INK, stroke_width=1.3, stroke_opacity=0.55),
        tag("polygon", points=outline, fill="none", stroke=color, stroke_width=0.6, stroke_linejoin="round"),
        tag(
            "text",
            disc.disc.level,
            x=f"{max(front[0] - 2, 0.5 + 0.56 * size * len(disc.disc.level)):.2f}",
            y=f"{_inside(front[1], size, picture) + 0.35 * size:.2f}",
            text_anchor="end",
            font_size=f"{size:.2f}",
            font_weight=600,
            fill="#fff",
            stroke=_INK,
            stroke_width=f"{0.22 * size:.2f}",
            stroke_linejoin="round",
            paint_order="stroke",
        ),
    ]
    if grade is not None:
        at = np.array([back[0], _inside(back[1], size, picture)])
        read = f" {status_sign(grade)}" if grade.status in (ACCEPTED, OVERRIDDEN) else ""
        parts.append(_plate(f"{account.word(grade.label)}{read}", color, at, size, picture.width_mm))
    return tag("g", parts)


def _inside(y: float, size: float, picture: Picture) -> float:
    """The height nearest to ``y`` at which text of this size is not cut off by the picture's edge."""
    return float(np.clip(y, size, picture.height_mm - size))


def _plate(label: str, color: str, at: np.ndarray, size: float, picture_width: float) -> Html:
    width, height = size * (1.0 + 0.55 * len(label)), size * 1.5
    left = min(float(at[0]) + 2, picture_width - width - 0.5)
    return tag(
        "g",
        tag(
            "rect",
            x=f"{left:.2f}",
            y=f"{at[1] - height / 2:.2f}",
            width=f"{width:.2f}",
            height=f"{height:.2f}",
            rx=f"{0.3 * size:.2f}",
            fill=color,
            stroke=_INK,
            stroke_width=0.4,
            stroke_opacity=0.6,
        ),
        tag(
            "text",
            label,
            x=f"{left + width / 2:.2f}",
            y=f"{at[1] + 0.36 * size:.2f}",
            text_anchor="middle",
            font_size=f"{size:.2f}",
            font_weight=700,
            fill=_INK,
        ),
    )


def _scale_bar(width: float, height: float) -> Html:
    left, y = width - 5 - SCALE_BAR_MM, height - 4.5
    line = f"M{left:.2f} {y - 1.4:.2f}v1.4h{SCALE_BAR_MM}v-1.4"
    return tag(
        "g",
        tag("path", d=line, fill="none", stroke=_INK, stroke_width=1.5, stroke_opacity=0.7),
        tag("path", d=line, fill="none", stroke="#fff", stroke_width=0.5),
        _small_text(f"{SCALE_BAR_MM / 10:.0f} cm", left + SCALE_BAR_MM / 2, y - 1.8, "middle"),
    )


def _small_text(text: str, x: float, y: float, anchor: str) -> Html:
    return tag(
        "text",
        text,
        x=f"{x:.2f}",
        y=f"{y:.2f}",
        text_anchor=anchor,
        font_size="4",
        fill="#fff",
        stroke=_INK,
        stroke_width="0.9",
        stroke_linejoin="round",
        paint_order="stroke",
    )
