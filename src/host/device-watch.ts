// Tells when ttys come or go, so that a modem that is plugged in need not wait for the next try.

import { type FSWatcher, watch } from "node:fs";
import { type Clock, type Disposer, type Logger, messageOf, millis } from "../base/index.ts";

export interface DeviceWatchDeps {
  /** Usually `/dev`. */
  readonly dev: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A modem's ttys come one after another, and udev sets their owner a moment later. */
const SETTLED = millis(500);

/** Calls `onChange` after ttys have come or gone. Where the folder cannot be watched nothing is told: whoever waits tries now and then. */
export function watchDevices({ dev, clock, log }: DeviceWatchDeps, onChange: () => void): Disposer {
  let cancel: Disposer = () => {};
  let watcher: FSWatcher | null = null;
  try {
    watcher = watch(dev, { persistent: false }, (_event, name) => {
      if (name !== null && !/^tty(?:USB|ACM)\d+$/.test(name)) return;
      cancel();
      cancel = clock.after(SETTLED, "devices settle", onChange);
    });
    watcher.on("error", (error) => log.warn("device_watch_ended", { reason: messageOf(error) }));
  } catch (error) {
    log.info("no_device_watch", { reason: messageOf(error) });
  }
  return () => {
    cancel();
    watcher?.close();
  };
}
