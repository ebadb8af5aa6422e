"""Recipe ``contrast``: networks that recognize the contrast of an image from the image alone."""
