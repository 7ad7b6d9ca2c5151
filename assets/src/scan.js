// The gate's scanner: reads a pass's QR code by camera or from a photo into the typed field and sends its form.
// The markup is templates/components/scan.html; without this script the typed field is there alone.
import { BarcodeDetector, prepareZXingModule } from "barcode-detector/ponyfill";

const MILLISECONDS_BETWEEN_LOOKS = 120;

/** Sets up one `[data-scan]` element: its video, buttons, photo field and status line. */
function setUp(root) {
  const form = root.closest("form");
  const input = form.querySelector("[data-scan-input]");
  const video = root.querySelector("video");
  const start = root.querySelector("[data-scan-start]");
  const stop = root.querySelector("[data-scan-stop]");
  const file = root.querySelector("[data-scan-file]");
  const status = root.querySelector("[data-scan-status]");
  const texts = root.dataset;

  // The reader's code comes from this site, at the address that the template gives (a hashed file name).
  prepareZXingModule({
    overrides: { locateFile: (path, prefix) => (path.endsWith(".wasm") ? texts.wasm : prefix + path) },
  });
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  let stream = null;

  const say = (text) => {
    status.textContent = text;
  };

  const showRunning = (running) => {
    video.hidden = !running;
    start.hidden = running;
    stop.hidden = !running;
  };

  const close = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.srcObject = null;
    showRunning(false);
  };

  const finish = (text) => {
    close();
    input.value = text;
    say(texts.found);
    form.requestSubmit();
  };

  const look = async () => {
    if (!stream) return;
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
      let codes;
      try {
        codes = await detector.detect(video);
      } catch {
        close();
        say(texts.failed);
        return;
      }
      if (!stream) return;
      if (codes.length > 0) {
        finish(codes[0].rawValue);
        return;
      }
    }
    setTimeout(look, MILLISECONDS_BETWEEN_LOOKS);
  };

  start.addEventListener("click", async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    } catch {
      say(texts.refused);
      return;
    }
    showRunning(true);
    say(texts.looking);
    video.srcObject = stream;
    await video.play();
    look();
  });

  stop.addEventListener("click", () => {
    close();
    say("");
    start.focus();
  });

  file.addEventListener("change", async () => {
    if (file.files.length === 0) return;
    let codes;
    try {
      codes = await detector.detect(await createImageBitmap(file.files[0]));
    } catch {
      say(texts.failed);
      return;
    } finally {
      // The photo itself never leaves the device.
      file.value = "";
    }
    if (codes.length > 0) finish(codes[0].rawValue);
    else say(texts.nothing);
  });

  // A page that is left or put away must not keep the camera on.
  window.addEventListener("pagehide", close);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) close();
  });

  start.hidden = !navigator.mediaDevices?.getUserMedia;
  root.hidden = false;
}

for (const root of document.querySelectorAll("[data-scan]")) setUp(root);
