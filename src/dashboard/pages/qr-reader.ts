// Reads QR codes by the browser's own detector, where it has one: out of a picture, or of what the camera shows.

import { AppError } from "../../base/index.ts";

interface Detector {
  detect(source: ImageBitmap | HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}

interface DetectorClass {
  new (options: { readonly formats: readonly string[] }): Detector;
  getSupportedFormats(): Promise<readonly string[]>;
}

const FORMAT = "qr_code";
/** A camera that shows nothing is not watched for ever. */
const MOST_LOOKING_MS = 120_000;

/** Whether this document was loaded from the address whose headers allow the camera; later views change the address and not the headers. */
export function mayUseCamera(): boolean {
  const [loaded] = performance.getEntriesByType("navigation");
  return loaded !== undefined && new URL(loaded.name).pathname === "/dashboard/scan";
}

export class QrReader {
  readonly #detector: Detector;

  private constructor(detector: Detector) {
    this.#detector = detector;
  }

  /** Null in a browser that reads none. */
  static async open(): Promise<QrReader | null> {
    const { BarcodeDetector: made } = globalThis as { readonly BarcodeDetector?: DetectorClass };
    if (made === undefined) return null;
    const formats: readonly string[] = await made.getSupportedFormats().catch(() => []);
    return formats.includes(FORMAT) ? new QrReader(new made({ formats: [FORMAT] })) : null;
  }

  /** The text of the code in a picture. Rejects with `renter.no_code`. */
  async inPicture(file: Blob): Promise<string> {
    const picture = await createImageBitmap(file).catch((cause: unknown) => {
      throw noCode(cause);
    });
    try {
      const text = await this.#textIn(picture);
      if (text === null) throw noCode();
      return text;
    } finally {
      picture.close();
    }
  }

  /** The text of the first code that the camera shows; null when `signal` aborts. Rejects with `renter.no_camera`, `renter.no_code`. */
  async byCamera(video: HTMLVideoElement, signal: AbortSignal): Promise<string | null> {
    const stream = await navigator.mediaDevices
      .getUserMedia({ video: { facingMode: "environment" }, audio: false })
      .catch((cause: unknown) => {
        throw new AppError("renter.no_camera", "the camera cannot be used", { cause });
      });
    try {
      if (signal.aborted) return null;
      video.srcObject = stream;
      await video.play().catch(() => {});
      return await this.#look(video, signal);
    } finally {
      for (const track of stream.getTracks()) track.stop();
      video.srcObject = null;
    }
  }

  async #look(video: HTMLVideoElement, signal: AbortSignal): Promise<string | null> {
    const start = await nextFrame();
    for (let now = start; !signal.aborted; now = await nextFrame()) {
      const text = await this.#textIn(video);
      if (text !== null) return text;
      if (now - start > MOST_LOOKING_MS) throw noCode();
    }
    return null;
  }

  async #textIn(source: ImageBitmap | HTMLVideoElement): Promise<string | null> {
    // A frame that is not there yet is none with a code.
    const found = await this.#detector.detect(source).catch(() => []);
    return found.find(({ rawValue }) => rawValue !== "")?.rawValue ?? null;
  }
}

const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

const noCode = (cause?: unknown): AppError =>
  new AppError("renter.no_code", "there is no QR code that can be read", { cause });
