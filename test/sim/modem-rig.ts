// A simulated modem on a virtual clock with a host's end in the test's hands.

import { millis, silentLogger } from "../../src/base/index.ts";
import type { ByteLink } from "../../src/modem/index.ts";
import { openLink, SimModem, type SimModemOptions } from "./modem/index.ts";
import { VirtualClock } from "./virtual-clock.ts";

export class ModemRig {
  readonly clock = new VirtualClock();
  readonly modem: SimModem;
  /** Every piece of output as it came, bytes as characters. */
  readonly chunks: string[] = [];
  hangups = 0;
  #link: ByteLink;

  constructor(options: Partial<Omit<SimModemOptions, "clock">> = {}) {
    this.modem = new SimModem({ slot: 1, seed: "rig", log: silentLogger, ...options, clock: this.clock });
    this.#link = this.#open();
  }

  /** All output so far. */
  get output(): string {
    return this.chunks.join("");
  }

  /** Opens the line again after a hang-up. */
  reopen(): void {
    this.#link = this.#open();
  }

  /** The host lets go of the line. */
  async close(): Promise<void> {
    await this.#link.close();
  }

  /** Rejects with `modem.closed` when the line is gone. */
  async write(text: string): Promise<void> {
    await this.#link.write(Buffer.from(text, "latin1"));
  }

  /** Writes and returns what comes back without time passing. */
  async send(text: string): Promise<string> {
    const before = this.chunks.length;
    await this.write(text);
    await this.clock.flush(1);
    return this.chunks.slice(before).join("");
  }

  /** Like `send`, for the lines of an answer: empty ones dropped. */
  async lines(text: string): Promise<string[]> {
    return splitLines(await this.send(text));
  }

  /** What comes while time passes. */
  async during(span: number): Promise<string> {
    const before = this.chunks.length;
    await this.clock.advance(millis(span));
    return this.chunks.slice(before).join("");
  }

  #open(): ByteLink {
    const link = openLink(this.modem);
    link.onData((bytes) => this.chunks.push(Buffer.from(bytes).toString("latin1")));
    link.onClose(() => {
      this.hangups++;
    });
    return link;
  }
}

/** A rig whose modem has echo off, as most tests want it. */
export async function quietRig(options: Partial<Omit<SimModemOptions, "clock">> = {}): Promise<ModemRig> {
  const rig = new ModemRig(options);
  await rig.send("ATE0\r");
  rig.chunks.length = 0;
  return rig;
}

export function splitLines(text: string): string[] {
  return text.split("\r\n").filter((line) => line !== "");
}
