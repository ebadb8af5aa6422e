"""The organs of the digital spine: each module paints some of them onto a canvas."""
