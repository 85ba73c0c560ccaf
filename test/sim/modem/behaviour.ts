// What a behaviour is: one layer of a simulated modem's answers.
//
// A modem asks its behaviours from the top of the stack down; the first that returns true has handled the command. The base
// layers make a generic 3GPP modem. A vendor twin (`twins/`) is more behaviours on top: they answer the vendor's own commands
// (`^SYSINFO`, `+QCFG`), answer standard ones in the vendor's words (no space after the colon, +CPMS without quotes), and return
// false for all the rest; `bootLines` are the vendor's lines at power-on, `onUrc` rewrites what the modem says unasked.

import type { Millis } from "../../../src/base/index.ts";
import type { Command } from "./command-line.ts";
import type { SimModem } from "./sim-modem.ts";

export interface Behaviour {
  readonly name: string;
  /**
   * True when the command was handled. Unless the handler called `fail`, `later` or `prompt`, the command has then succeeded.
   */
  onCommand(context: CommandContext, command: Command): boolean;
  /** Unsolicited lines after a restart, in order. */
  bootLines?(modem: SimModem): readonly string[];
  /** What is sent in place of these unsolicited lines; nothing to keep them back. Every layer may change them, the top one last. */
  onUrc?(lines: readonly string[], modem: SimModem): readonly string[];
}

/** `+CME ERROR` codes: TS 27.007 9.2. `+CMS ERROR` codes: TS 27.005 3.2.5. */
export type Failure =
  | "ERROR"
  | "NO CARRIER"
  | { readonly cme: number }
  | { readonly cms: number }
  /** Firmware's own words, whatever +CMEE says. */
  | { readonly raw: string };

export interface CommandContext {
  readonly modem: SimModem;
  /** Adds lines to the command's information response. */
  info(...lines: readonly string[]): void;
  /** Ends the command without success; the rest of its line is not done (V.250 5.4.1). */
  fail(failure: Failure): void;
  /** The command takes `delay`: `task` then ends it with success unless it calls `fail`. Input waits meanwhile. */
  later(delay: Millis, name: string, task: () => void): void;
  /** Until the command has ended, whatever the host sends ends it: `onAbort` is called, and the input is dropped (V.250 5.6.1). */
  abortable(onAbort: () => void): void;
  /** Sends the prompt of TS 27.005 3.5.1 and hands over the text up to Ctrl-Z, or undefined after ESC. */
  prompt(onText: (text: string | undefined) => void): void;
}
