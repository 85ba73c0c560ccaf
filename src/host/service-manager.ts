// Tells systemd how the service is (sd_notify(3)).
//
// READY and STATUS go through the package `systemd-notify`, which starts the program of that name for each message: 40 to 60 ms of processor
// time, measured on a busy x86 core with 120 MB resident. A watchdog that is fed every 20 s by it would cost 0.2 to 0.3 % of that core, and
// several times that on a Raspberry Pi. So WATCHDOG goes through the descriptor that `OpenFile=/run/systemd/notify:notify` of the unit
// opens: one write, 0.07 ms, 0.0004 % of the core. Node itself cannot open a datagram socket of that family. Where there is no descriptor
// (systemd before 253) it is the program again.

import { write } from "node:fs";
import notify from "systemd-notify";
import {
  type Clock,
  type Logger,
  type Millis,
  messageOf,
  millis,
  seconds,
  systemCodeOf,
  withDeadline,
} from "../base/index.ts";
import type { ServiceManager } from "../core/index.ts";
import type { ProgramRunner } from "./run-program.ts";

export interface ServiceManagerDeps {
  /** The environment that systemd gave. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly run: ProgramRunner;
}

const LIMIT: Millis = seconds(3);
/** The first descriptor that systemd passes (sd_listen_fds(3)). */
const FIRST_FD = 3;

/** Descriptor of this name among those that systemd opened for the process; null for none. */
export function descriptorNamed(name: string, { env, pid }: Pick<ServiceManagerDeps, "env" | "pid">): number | null {
  if (env.LISTEN_PID !== String(pid)) return null;
  const at = (env.LISTEN_FDNAMES ?? "").split(":").indexOf(name);
  return at < 0 || at >= Number(env.LISTEN_FDS ?? 0) ? null : FIRST_FD + at;
}

function watchdogOf({ env, pid }: ServiceManagerDeps): Millis | null {
  const { WATCHDOG_USEC: micros = "", WATCHDOG_PID: whose = String(pid) } = env;
  if (!/^[1-9]\d{0,15}$/.test(micros) || whose !== String(pid)) return null;
  return millis(Math.floor(Number(micros) / 1000));
}

/** Null where no service manager waits for word: then nobody is told anything. */
export function serviceManager(deps: ServiceManagerDeps): ServiceManager | null {
  const { env, clock, log, run } = deps;
  if ((env.NOTIFY_SOCKET ?? "") === "") return null;
  const descriptor = descriptorNamed("notify", deps);
  const attempt = async (what: string, task: () => Promise<unknown>): Promise<void> => {
    try {
      await withDeadline(task(), { clock, timeout: LIMIT, what });
    } catch (error) {
      log.warn("not_told_to_systemd", { what, reason: systemCodeOf(error) ?? messageOf(error) });
    }
  };
  const send = cheapSender(descriptor, run);
  return {
    watchdog: watchdogOf(deps),
    ready: (status) => attempt("ready", () => notify({ ready: true, status: oneLine(status) })),
    status: (text) => attempt("status", () => notify({ status: oneLine(text) })),
    extend: (time) => attempt("extension", () => send(`EXTEND_TIMEOUT_USEC=${time * 1000}`)),
    alive: () => attempt("watchdog", () => send("WATCHDOG=1")),
    stopping: () => attempt("stopping", () => send("STOPPING=1")),
  };
}

/** A line break would begin another message, and no program takes a NUL. */
const oneLine = (text: string): string => text.replaceAll(/[\s\p{Cc}]+/gu, " ").slice(0, 200);

function cheapSender(descriptor: number | null, run: ProgramRunner): (message: string) => Promise<unknown> {
  const child = (message: string): Promise<unknown> =>
    run(
      { program: "systemd-notify", args: [message], timeout: LIMIT, package: "systemd" },
      new AbortController().signal,
    );
  if (descriptor === null) return child;
  let isWriting = false;
  return async (message) => {
    // systemd that takes nothing hangs itself; a second write would hold a second thread of the pool.
    if (isWriting) return;
    isWriting = true;
    try {
      await written(descriptor, message);
    } catch {
      await child(message);
    } finally {
      isWriting = false;
    }
  };
}

function written(descriptor: number, message: string): Promise<void> {
  return new Promise((resolve, reject) => {
    write(descriptor, message, (error) => (error === null ? resolve() : reject(error)));
  });
}
