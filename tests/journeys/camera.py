"""A camera that looks at what a person holds up: Chromium plays a film in its place."""

from __future__ import annotations

import base64
from pathlib import Path

from playwright.sync_api import Locator

WIDTH, HEIGHT, FRAMES = 640, 480, 5
FLAGS = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")

# Paints a picture in the middle of a white frame; gives the brightness of each pixel, row by row, in base64.
BRIGHTNESS = """
async ([picture, width, height]) => {
  const image = new Image();
  image.src = picture;
  await image.decode();
  const canvas = new OffscreenCanvas(width, height);
  const brush = canvas.getContext("2d");
  brush.fillStyle = "white";
  brush.fillRect(0, 0, width, height);
  const scale = 0.85 * Math.min(width / image.width, height / image.height);
  const [w, h] = [image.width * scale, image.height * scale];
  brush.drawImage(image, (width - w) / 2, (height - h) / 2, w, h);
  const pixels = brush.getImageData(0, 0, width, height).data;
  let text = "";
  for (let i = 0; i < pixels.length; i += 4) text += String.fromCharCode(pixels[i]);
  return btoa(text);
}
"""


def film(shown: Locator, path: Path) -> None:
    """Writes a film of what stands on a page, as uncompressed YUV4MPEG2, for Chromium's fake camera."""
    picture = "data:image/png;base64," + base64.b64encode(shown.screenshot()).decode()
    context = shown.page.context.browser.new_context()  # type: ignore[union-attr]
    try:
        luma = base64.b64decode(context.new_page().evaluate(BRIGHTNESS, [picture, WIDTH, HEIGHT]))
    finally:
        context.close()
    grey = bytes([128]) * (WIDTH * HEIGHT // 2)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F5:1 Ip A1:1 C420jpeg\n".encode())
        for _frame in range(FRAMES):
            file.write(b"FRAME\n" + luma + grey)
