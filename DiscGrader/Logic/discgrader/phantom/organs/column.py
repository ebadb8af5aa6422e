"""Discs, vertebral bodies, the sacrum's bodies, and the ligaments that cover them."""

from dataclasses import dataclass

import numpy as np

from discgrader.localize.labels import Label, disc_label
from discgrader.phantom.canvas import Canvas
from discgrader.phantom.disc import DiscParameters
from discgrader.phantom.fields import Texture, inside, ramp, smooth_max
from discgrader.phantom.level import Level
from discgrader.phantom.patient import LUMBARIZED
from discgrader.phantom.sac import SacCourse
from discgrader.phantom.skeleton import BodyShape, DiscShape, Skeleton
from discgrader.phantom.tissues import Structure, Tissue

CORTEX_MM = 0.55
PLATE_MM = 1.05
"""Thickness of the cortex around a body, and of its bony endplate with the calcified cartilage on it."""
LIGAMENT_MM = 0.6
SEAM_MM = 0.8
NOTHING = np.zeros(0, np.int64), np.zeros(0, np.float32)
"""Where no point is near."""


@dataclass(frozen=True)
class DiscAppearance:
    """How a disc of a grade looks inside, apart from its height and its hydration.

    Parameters
    ----------
    border : float
        Width over which the nucleus passes into the annulus, as a share of the nucleus' radius.
    cleft : float
        How dark the horizontal band in the middle of the nucleus is, 0 to 1.
    unevenness : float
        Relative variation of the nucleus' signal.
    scar : float
        Share of dense fibrous tissue inside the disc.
    merged : float
        How far the border between nucleus and annulus is lost.
    rim : float
        Share of dense fibers in the outer annulus; degenerated discs are nearly as dark inside.
    """

    border: float
    cleft: float
    unevenness: float
    scar: float
    merged: float
    rim: float


DISC_APPEARANCE = {
    1: DiscAppearance(0.20, 0.25, 0.20, 0.0, 0.0, 0.45),
    2: DiscAppearance(0.26, 0.55, 0.30, 0.0, 0.0, 0.45),
    3: DiscAppearance(0.40, 0.40, 0.70, 0.1, 0.7, 0.3),
    4: DiscAppearance(0.55, 0.15, 0.90, 0.22, 1.0, 0.2),
    5: DiscAppearance(0.65, 0.00, 0.90, 0.35, 1.0, 0.12),
}
"""By Pfirrmann grade; after the grades' definition, Pfirrmann et al., Spine 2001;26:1873-1878."""

ROUGHNESS_MM = {1: 0.1, 2: 0.14, 3: 0.22, 4: 0.3, 5: 0.36}
"""Deviation of the endplates beside a disc of each grade from their smooth form."""


class Column:
    """Paints the discs, then the bodies between them, then the ligaments in front of and behind both."""

    def __init__(self, skeleton: Skeleton, sac: SacCourse, levels: tuple[Level, ...], texture: Texture) -> None:
        self._skeleton, self._sac, self._levels, self._texture = skeleton, sac, levels, texture

    def paint(self, canvas: Canvas) -> None:
        shells = [self._paint_disc(canvas, level) for level in self._levels]
        for level in self._levels:
            self._paint_herniation(canvas, level)
        shells += [self._paint_remnant(canvas, disc) for disc in self._skeleton.remnants]
        shells += [self._paint_body(canvas, body) for body in self._skeleton.bodies]
        for index, distance in shells:
            near = distance < 2.0
            if not near.any():
                continue
            cover = inside(distance[near] - LIGAMENT_MM, canvas.edge_mm)
            canvas.paint(index[near], cover, {Tissue.LIGAMENT: 0.75, Tissue.FAT: 0.25})

    def _near(self, canvas: Canvas, body: BodyShape, reach: float) -> np.ndarray:
        s, d = self._sac.place_of[body.name]
        depth = body.half_depth_mm
        return canvas.band(s - reach, s + reach, d - depth - 12, d + depth + 8, body.half_width_mm + 8)

    def _gaps(self, disc: DiscShape, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Distance from the endplate above and from the one below, positive inside the disc space."""
        above, below = disc.above.frame.to_local(points), disc.below.frame.to_local(points)
        rho_above, rho_below = disc.above.radius(above)[0], disc.below.radius(below)[0]
        return (
            disc.above.bottom(above, rho_above) + self._roughness(disc.above, -1, above) - above[:, 2],
            below[:, 2] - disc.below.top(below, rho_below) - self._roughness(disc.below, 1, below),
        )

    def _roughness(self, body: BodyShape, toward: int, local: np.ndarray) -> np.ndarray:
        """How far the upper (1) or lower (-1) endplate lies above its smooth form, mm, shape (n,)."""
        below, above = self._beside(body)
        disc = above if toward > 0 else below
        deviation = ROUGHNESS_MM[disc.grade if disc else 1]
        return np.float32(deviation) * self._texture(f"endplate {body.name} {toward}", local, (7.0, 7.0, 60.0))

    def _paint_disc(self, canvas: Canvas, level_here: Level) -> tuple[np.ndarray, np.ndarray]:
        disc = level_here.disc
        parameters = disc.parameters
        s, d = self._sac.place_of[disc.name]
        depth = disc.half_depth_mm
        index = canvas.band(s - 20, s + 20, d - depth - 12, d + depth + 8, disc.half_width_mm + 8)
        if len(index) == 0:
            return NOTHING
        points = canvas.points[index]
        local = disc.frame.to_local(points)
        keep = np.abs(local[:, 2]) < 14
        if not keep.any():
            return NOTHING
        index, points, local = index[keep], points[keep], local[keep]
        gap_above, gap_below = self._gaps(disc, points)
        height = np.maximum(gap_above + gap_below, 0.2)
        level = gap_below / height
        rho, side = disc.radius(local)
        # What stands out of the disc space spreads over the rims instead of ending in an edge.
        lip = np.clip(side, 0.0, 2.0) * 0.6
        side = side - parameters.bulge_mm * np.maximum(1 - 0.6 * np.square(2 * level - 1), 0)
        distance = smooth_max(side, -np.minimum(gap_above, gap_below) - lip, 1.2)
        if level_here.displaced.recesses:
            distance = np.minimum(distance, level_here.displaced.recess_distance(local))
        cover = inside(distance, canvas.edge_mm)
        fill = cover > 0
        mixture = self._disc_mixture(disc, local[fill], rho[fill], level[fill])
        canvas.paint(
            index[fill], cover[fill], mixture, label=disc_label(parameters.index_from_sacrum), structure=Structure.DISC
        )
        # Behind, the ligament is one with the annulus.
        return index, distance + 0.8 * ramp(local[:, 1], 0.5 * depth, 0.8 * depth)

    def _paint_herniation(self, canvas: Canvas, level: Level) -> None:
        """Herniated nucleus and annulus: grey inside, a dark rim where annulus and ligament still cover it."""
        found = level.parameters.herniation
        if found is None:
            return
        index = canvas.band(level.s - 36, level.s + 36, -30, 18, 30)
        if len(index) == 0:
            return
        local = level.disc.frame.to_local(canvas.points[index])
        distance = level.displaced.herniated_distance(local)
        near = distance < canvas.edge_mm
        if not near.any():
            return
        index, local, distance = index[near], local[near], distance[near]
        name = f"herniation {level.parameters.level}"
        uneven = self._texture(name, local, (7.0, 7.0, 7.0))
        rim = ramp(distance, -1.3, -0.3) * (0.6 if found.size == 1 else 0.35)
        wet = np.clip((0.1 + 0.5 * level.parameters.hydration + 0.1 * uneven) * (1 - rim), 0, 1)
        chalk = np.zeros(len(index), np.float32)
        if found.calcified:
            chalk = ramp(self._texture(f"{name} chalk", local, (7.0, 5.0, 5.0)), -0.6, 0.1) * ramp(-distance, 0.2, 0.9)
        mixture = {
            Tissue.CORTEX: chalk,
            Tissue.LIGAMENT: (1 - chalk) * rim,
            Tissue.NUCLEUS: (1 - chalk) * wet * 0.5,
            Tissue.FIBROUS_DISC: (1 - chalk) * (1 - rim - 0.5 * wet),
        }
        structure = np.where(chalk > 0.5, Structure.CALCIFICATION, Structure.HERNIATION)
        label = disc_label(level.parameters.index_from_sacrum)
        canvas.paint(index, inside(distance, canvas.edge_mm), mixture, label, structure)

    def _disc_mixture(self, disc: DiscShape, local: np.ndarray, rho: np.ndarray, level: np.ndarray) -> dict:
        parameters, appearance = disc.parameters, DISC_APPEARANCE[disc.parameters.grade]
        # Where nucleus and annulus can no longer be distinguished, what is wet may reach nearly to the edge.
        reach = 1 + 0.3 * appearance.merged * parameters.spread
        across = local[:, 0] / (0.74 * reach * disc.half_width_mm)
        along = (local[:, 1] - 0.8) / (0.68 * reach * disc.half_depth_mm)
        middle = np.sqrt(across * across + along * along)
        upright = np.abs(2 * level - 1)
        name = f"disc {parameters.level}"
        coarse = self._texture(name, local, (7.0, 7.0, 3.0))
        from_center = np.sqrt(middle * middle + np.square(upright * upright)) + 0.05 * coarse
        nucleus = 1 - ramp(from_center, 1 - appearance.border, 1 + appearance.border)
        band = level - 0.5 + 0.05 * self._texture(f"{name} cleft", local, (12.0, 9.0, 30.0))
        cleft = appearance.cleft * np.exp(-np.square(band / 0.10)) * (1 - ramp(middle, 0.6, 1.0))
        water = parameters.hydration * nucleus * (1 - cleft) * (1 + appearance.unevenness * coarse)
        water = np.clip(water, 0, 1)
        fiber = self._texture(f"{name} fiber", local, (4.5, 3.0, 2.2))
        rim = appearance.rim * parameters.rim_share
        rim_width = parameters.rim_mm / disc.half_depth_mm
        scar = appearance.scar * (1 + 0.9 * coarse) + (0.1 + 0.9 * appearance.scar) * fiber
        dense = np.clip(rim * ramp(rho, 1 - 0.7 * rim_width, 1.0) * (1 + 0.25 * fiber) + scar, 0, 1)
        annulus = np.minimum(2 * rim, 1) * ramp(rho, 1 - 1.1 * rim_width, 1 - 0.45 * rim_width)
        rest = 1 - water
        return {
            Tissue.NUCLEUS: water,
            Tissue.LIGAMENT: rest * dense,
            Tissue.ANNULUS: rest * (1 - dense) * annulus,
            Tissue.FIBROUS_DISC: rest * (1 - dense) * (1 - annulus),
        }

    def _paint_remnant(self, canvas: Canvas, disc: DiscShape) -> tuple[np.ndarray, np.ndarray]:
        """The rudimentary discs of the sacrum: a thin dark line, at S1-S2 with some water in it."""
        s, d = self._sac.place_of[disc.name]
        depth = disc.half_depth_mm
        index = canvas.band(s - 12, s + 12, d - depth - 6, d + depth + 4, disc.half_width_mm + 2)
        if len(index) == 0:
            return NOTHING
        points = canvas.points[index]
        local = disc.frame.to_local(points)
        gap_above, gap_below = self._gaps(disc, points)
        rho, side = disc.radius(local)
        first = disc.above.name == "S1"
        # Below a lumbarized S1 there is a small but whole disc.
        whole = first and self._skeleton.parameters.patient.transitional == LUMBARIZED
        lens = np.float32(0.9 if first else 0.1) * np.maximum(1 - rho * rho, 0)
        short = 0.0 if whole else 2.5 if first else 0.5
        distance = smooth_max(side + short, -np.minimum(gap_above, gap_below) - lens, 0.6)
        cover = inside(distance, canvas.edge_mm)
        water = (0.6 if whole else 0.45 if first else 0.0) * (1 - ramp(rho, 0.3, 0.8 if whole else 0.6))
        mixture = {Tissue.NUCLEUS: water, Tissue.FIBROUS_DISC: 0.5 * (1 - water), Tissue.LIGAMENT: 0.5 * (1 - water)}
        canvas.paint(index, cover, mixture)
        return index, np.full(len(index), 9.0, np.float32)

    def _paint_body(self, canvas: Canvas, body: BodyShape) -> tuple[np.ndarray, np.ndarray]:
        index = self._near(canvas, body, body.half_height_mm + 10)
        if len(index) == 0:
            return NOTHING
        local = body.frame.to_local(canvas.points[index])
        reach = body.half_height_mm + max(body.grow_up_mm, body.grow_down_mm, 0.0) + 3.0
        keep = np.abs(local[:, 2]) < reach + body.half_depth_mm * abs(body.wedge_tan)
        if not keep.any():
            return NOTHING
        index, local = index[keep], local[keep]
        rho, outline = body.radius(local)
        side = outline - self._osteophytes(body, local)
        face = np.maximum(
            local[:, 2] - body.top(local, rho) - self._roughness(body, 1, local),
            body.bottom(local, rho) + self._roughness(body, -1, local) - local[:, 2],
        )
        distance = smooth_max(side, face, 2.2)
        # The disc was painted first; reaching a little into it closes the seam between two soft edges.
        cover = inside(smooth_max(side, face - SEAM_MM, 2.2), canvas.edge_mm)
        fill = cover > 0
        lumbar = not body.name.startswith("S")
        mixture = self._bone_mixture(body, local[fill], distance[fill], face[fill])
        label = Label.VERTEBRA if lumbar else Label.NOTHING
        structure = np.where(outline[fill] > 0.6, Structure.OSTEOPHYTE, Structure.BODY)
        canvas.paint(index[fill], cover[fill], mixture, label, structure)
        return index, distance

    def _beside(self, body: BodyShape) -> tuple[DiscParameters | None, DiscParameters | None]:
        """The discs below and above a body."""
        below = next((level.parameters for level in self._levels if level.disc.above is body), None)
        above = next((level.parameters for level in self._levels if level.disc.below is body), None)
        return below, above

    def _osteophytes(self, body: BodyShape, local: np.ndarray) -> np.ndarray:
        """How far the rims stand out beyond the body's outline, mm, shape (n,)."""
        out = np.zeros(len(local), np.float32)
        for disc, toward, grown in zip(self._beside(body), (-1, 1), (body.grow_down_mm, body.grow_up_mm)):
            if disc is not None and disc.osteophyte_mm:
                rim = body.half_height_mm + grown - toward * local[:, 2] - toward * body.wedge_tan * local[:, 1]
                out += disc.osteophyte_mm * np.exp(-np.square((rim - 0.8) / 2.6)).astype(np.float32)
        return out

    def _modic(self, body: BodyShape, local: np.ndarray) -> list[tuple[int, np.ndarray]]:
        """Modic types beside this body's endplates, each with the share of the marrow that is changed."""
        found = []
        for disc, toward, grown in zip(self._beside(body), (-1, 1), (body.grow_down_mm, body.grow_up_mm)):
            if disc is None or not disc.modic:
                continue
            deep = body.half_height_mm + grown - toward * local[:, 2] - toward * body.wedge_tan * local[:, 1]
            wander = self._texture(f"modic {disc.level} {toward}", local, (12.0, 12.0, 12.0))
            # Changes begin in front or behind, seldom all along the endplate.
            place = local[:, 1] / body.half_depth_mm - (0.7 if disc.modic_mm % 1 < 0.3 else -0.7)
            edge = disc.modic_mm * (1.1 + 0.3 * wander - 0.35 * place * place) - 0.012 * np.square(local[:, 0])
            found.append((disc.modic, 1 - ramp(deep - edge, -1.5, 1.5)))
        return found

    def _bone_mixture(self, body: BodyShape, local: np.ndarray, distance: np.ndarray, face: np.ndarray) -> dict:
        cortex = ramp(distance, -CORTEX_MM - 0.35, -CORTEX_MM + 0.35)
        cortex = np.maximum(cortex, ramp(face, -PLATE_MM - 0.3, -PLATE_MM + 0.3))
        fat = marrow_fat(self._skeleton, body.name, local, self._texture)
        vein = np.zeros(len(local), np.float32)
        if not body.name.startswith("S"):
            depth = local[:, 1] / body.half_depth_mm
            wander = 0.8 * self._texture(f"vein {body.name}", local, (10.0, 8.0, 20.0))
            half = 0.6 + 1.9 * ramp(depth, 0.4, 1.0)
            plain = next(v.vein for v in self._skeleton.parameters.vertebrae if v.name == body.name)
            vein = inside(np.abs(local[:, 2] + wander) - half, 1.4) * ramp(depth, 0.15, 0.8)
            vein *= plain * (1 - ramp(np.abs(local[:, 0]), 5.0, 11.0))
        edema = np.zeros(len(local), np.float32)
        for kind, share in self._modic(body, local):
            vein = vein * (1 - share)
            if kind == 1:
                edema = np.maximum(edema, 0.65 * share)
            elif kind == 2:
                fat = fat + 0.75 * share * (0.97 - fat)
            else:
                cortex = np.maximum(cortex, 0.55 * share)
        spongy = (1 - cortex) * (1 - vein)
        return {
            Tissue.CORTEX: cortex,
            Tissue.VEIN: (1 - cortex) * vein * 0.75,
            Tissue.FAT: (1 - cortex) * vein * 0.25,
            Tissue.EDEMA: spongy * edema,
            Tissue.MARROW_FAT: spongy * (1 - edema) * fat,
            Tissue.MARROW_WATER: spongy * (1 - edema) * (1 - fat),
        }


def marrow_fat(skeleton: Skeleton, name: str, local: np.ndarray, texture: Texture) -> np.ndarray:
    """Share of fat in the marrow at points in a bone's own coordinates, shape (n,): blotches, islands and
    trabeculae."""
    own = {vertebra.name: vertebra.marrow_fat for vertebra in skeleton.parameters.vertebrae}
    share = own.get(name, own["L5"] + 0.05)
    grain = 0.08 * texture(f"grain {name}", local, (1.7, 1.7, 2.4))
    blotch = 0.09 * texture(f"blotch {name}", local, (9.0, 9.0, 9.0))
    island = 0.3 * ramp(texture(f"island {name}", local, (5.0, 5.0, 5.0)), 1.5, 2.6)
    return np.clip(share + grain + blotch + island, 0.05, 0.95)
