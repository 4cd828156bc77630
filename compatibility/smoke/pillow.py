"""Pillow: threads crop, filter and encode copies of one shared image that nobody writes."""

import hashlib
import io

from PIL import Image, ImageFilter

SHARED = Image.linear_gradient("L").convert("RGB")


def work(number: int) -> str:
    """Make a picture of one's own and hash its PNG."""
    own = SHARED.crop((number, 0, 200, 200)).resize((96, 96)).filter(ImageFilter.GaussianBlur(2))
    packed = io.BytesIO()
    own.rotate(number * 10).save(packed, format="PNG")
    packed.seek(0)
    return hashlib.sha256(Image.open(packed).tobytes()).hexdigest()
