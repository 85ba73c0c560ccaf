// Opens a modem by its place in the USB tree. Names of ttys change and modems have several: which one takes AT commands is known from the
// vendor's layout, or found out by asking.

import {
  AppError,
  type Clock,
  type Disposer,
  deferred,
  type Millis,
  seconds,
  stoppedError,
  utf8,
  withDeadline,
} from "../base/index.ts";
import type { TtyFinder, TtyInterface } from "../core/index.ts";
import type { ByteLink, OpenLink } from "./byte-link.ts";
import { profileOfUsb, type UsbLayout } from "./profiles/index.ts";

export interface UsbLinkDeps {
  readonly ttys: TtyFinder;
  readonly clock: Clock;
  readonly openSerial: OpenLink;
}

/** `usb:1-1.4`; with the interface fixed, `usb:1-1.4:2`; the one for the sound of calls, `usb:1-1.4:audio`. */
const PORT = /^usb:(\d+-\d+(?:\.\d+)*)(?::(\d{1,2}|audio))?$/;
/** A modem that is up answers AT in a few milliseconds. */
const ANSWER_LIMIT: Millis = seconds(1);

/** Opens `usb:` ports. Errors: `modem.bad_port`, `modem.no_such_port` (retryable), and those of the serial port. */
export function openUsbLink({ ttys, clock, openSerial }: UsbLinkDeps): OpenLink {
  return async (port, signal) => {
    const [, usbPath, fixed] = PORT.exec(port) ?? [];
    if (usbPath === undefined) throw badPort(port);
    const present = (await ttys.list()).filter((tty) => tty.usbPath === usbPath);
    const candidates = candidatesFor(fixed, present);
    const [first, ...rest] = candidates;
    if (first === undefined) throw notThere(port, present.length);
    if (rest.length === 0) return await openSerial(first.tty, signal);
    for (const { tty } of candidates) {
      const link = await openSerial(tty, signal).catch((error) => {
        // Of several, one may be held by another program.
        if (signal.aborted) throw error;
        return null;
      });
      if (link === null) continue;
      if (await answers(link, clock, signal)) return link;
      // Also when the opening was given up meanwhile: a port that stays open is locked for the next try.
      await link.close();
      if (signal.aborted) throw stoppedError(`opening ${port}`);
    }
    // None answers: the recovery ladder begins with the likeliest.
    return await openSerial(first.tty, signal);
  };
}

function candidatesFor(fixed: string | undefined, present: readonly TtyInterface[]): readonly TtyInterface[] {
  if (fixed === undefined) return candidatesOf(present);
  const number = fixed === "audio" ? layoutOf(present)?.audio : Number(fixed);
  return present.filter((tty) => tty.interface === number);
}

function layoutOf(present: readonly TtyInterface[]): UsbLayout | undefined {
  const usbId = present[0]?.usbId ?? "";
  return profileOfUsb(usbId)?.usb.find((each) => each.usbId === usbId);
}

/** Of a device that is known, its AT interfaces, best first; of a stranger, all of them. */
function candidatesOf(present: readonly TtyInterface[]): readonly TtyInterface[] {
  const layout = layoutOf(present);
  if (layout === undefined) return present;
  const known = layout.at.flatMap((number) => present.find((tty) => tty.interface === number) ?? []);
  const never = new Set([...(layout.never ?? []), ...(layout.audio === undefined ? [] : [layout.audio])]);
  // Firmware with another composition has its interfaces elsewhere.
  return known.length > 0 ? known : present.filter((tty) => !never.has(tty.interface));
}

async function answers(link: ByteLink, clock: Clock, signal: AbortSignal): Promise<boolean> {
  const heard = deferred<boolean>();
  let text = "";
  const disposers: readonly Disposer[] = [
    link.onData((chunk) => {
      text = (text + Buffer.from(chunk).toString("latin1")).slice(-64);
      if (/(?:^|[\r\n])OK\s*$/.test(text)) heard.resolve(true);
    }),
    link.onClose(() => heard.resolve(false)),
  ];
  try {
    const asking = link.write(utf8("AT\r")).then(() => heard.promise);
    return await withDeadline(asking, { clock, timeout: ANSWER_LIMIT, what: "AT", signal });
  } catch {
    // No answer in time, a port that takes nothing, or nobody waits any more.
    return false;
  } finally {
    for (const dispose of disposers) dispose();
  }
}

function badPort(port: string): AppError {
  return new AppError("modem.bad_port", `${port} names no place in the USB tree`, {
    hint: "Write usb: and the device's path as `numberbox hardware` shows it, such as usb:1-1.4.",
    context: { port },
  });
}

function notThere(port: string, ttys: number): AppError {
  const message = ttys === 0 ? `there is no modem at ${port}` : `the modem at ${port} has no such interface`;
  return new AppError("modem.no_such_port", message, {
    retryable: true,
    hint: "Plug the modem in there, or correct `port` of this slot in the configuration.",
    context: { port, ttys },
  });
}
