"""The triangles of marching cubes (Lorensen and Cline, Computer Graphics 1987, 21:163-169).

Between eight voxel centers, of which some are inside, the surface is made of the triangles that the table names. It is
the table of pyradiomics (BSD 3-clause), since where four or more edges are cut there are several ways to lay triangles
through them, whose areas differ.
"""

from functools import cache

import numpy as np

CORNERS = np.array([(0, 0, 0), (0, 0, 1), (0, 1, 1), (0, 1, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0)])
"""The corners of a cube (k, j, i); corner n is bit n of the cube's number."""

EDGE_MIDDLES = np.array(
    [
        *[(0, 0, 0.5), (0, 0.5, 1), (0, 1, 0.5), (0, 0.5, 0), (1, 0, 0.5), (1, 0.5, 1), (1, 1, 0.5), (1, 0.5, 0)],
        *[(0.5, 0, 0), (0.5, 0, 1), (0.5, 1, 1), (0.5, 1, 0)],
    ]
)
"""Where the surface cuts each of the twelve edges of a cube (k, j, i)."""

# One word for each of the 128 numbers without corner 7: three hexadecimal digits a triangle, the edges that it touches.
_TRIANGLES = """
- 083 190 183198 12a 08312a 92a029 2832a8a98 b23 b2008b 190b23 b2119b98b 3a1ba3 a1008a8ba 9033b9ba9 98aba8 478 043473
190478 194147173 12a478 34730412a 92a902478 2a9297273479 478b23 b47b24204 190478b23 47b94bb29192 3a1ba3478
ba114b10447b 4789033b9ba9 47b4b99ba 954 954083 054015 854835315 12a954 08312a954 2a5542240 2a5325354834 954b23
b2008b954 054015b23 215258b28548 3a1ba3954 549a1008a8ba 54050ba5bb03 548a58ba8 789579 309539357 780017715 157173
78957912a 12a309395357 0288258572a5 2a5253357 579789b23 579972209b27 b23018178157 21b17b157 7895793a1ba3
5705097b0a10ba0 ba003ba50078570 ba557b 65a 08365a 19065a 18319865a 165126 165126083 965906026 598582526832 b2365a
b2008b65a 190b2365a b2119b98b65a 63b653513 08b0b50515b6 63b036065059 65969bb98 47865a 04347365a 19047865a 19414717365a
478165126 043473165126 478965906026 739479329596269 b2347865a b47b2420465a 190b2347865a 47b94bb2919265a 47863b653513
51b5b610b47b04b 47863b036065059 65969b4797b9 a4964a a4964a083 01aa60640 18316886461a 149124264 149124264083 024426
832824426 b23a4964a b2008ba4964a b2301aa60640 64161a148b2118b 964369139b63 18b081b61149641 63b036640 86468b 67a78a89a
67a0a709a073 67a1a7178018 67a1a7173 126168189678 269129679309739 078706602 273267 b2367a78a89a 207b2709767a9a7
67a1a7178018b23 b2117ba61167 896678169b63136 09167b 07870603bb60 67b
""".split()


@cache
def triangles() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All triangles of all 256 cube numbers.

    Returns
    -------
    corners : ndarray, shape (T, 3, 3)
        Corners (k, j, i) of each triangle, in voxels.
    number : ndarray of int, shape (T,)
        The cube number that it belongs to.
    sense : ndarray, shape (T,)
        1 where its corners run such that the normal points out of the region, -1 where it points into it.
    """
    corners, numbers = [], []
    for number, word in enumerate(_TRIANGLES):
        for start in range(0, len(word) - 2, 3):
            corners.append([EDGE_MIDDLES[int(digit, 16)] for digit in word[start : start + 3]])
            numbers.append(number)
    half, number = np.array(corners), np.array(numbers)
    # A cube with inside and outside exchanged has the same surface, turned round.
    sense = np.repeat([1.0, -1.0], len(half))
    return np.concatenate([half, half]), np.concatenate([number, 255 - number]), sense
