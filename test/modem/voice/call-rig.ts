// A slot with calls on a virtual clock, and what its renter's side hears of them.

import { seconds } from "../../../src/base/index.ts";
import type { ModemCall, ModemCallEvent } from "../../../src/core/index.ts";
import type { TwinName } from "../../sim/modem/index.ts";
import { SlotRig, type SlotRigOptions } from "../slot-rig.ts";

/** A twin whose modem has a way for sound, of each vendor. */
export const SOUNDING: readonly TwinName[] = ["quectel-ec25", "simcom-sim7600", "huawei-e1550"];

/** One call and its story. */
export class Heard {
  readonly call: ModemCall;
  readonly events: ModemCallEvent[] = [];

  constructor(call: ModemCall) {
    this.call = call;
    call.onEvent((event) => this.events.push(event));
  }

  /** Types of what was told, the end with its cause. */
  get story(): readonly string[] {
    return this.events.map((event) => {
      if (event.type === "ended") return `ended ${event.cause}`;
      return event.type === "digit" ? `digit ${event.digit}` : event.type;
    });
  }
}

export class CallRig extends SlotRig {
  readonly rings: Heard[] = [];

  constructor(options: SlotRigOptions & { readonly twin?: TwinName } = {}) {
    const { twin = "quectel-ec25", ...rest } = options;
    super({ voice: {}, ...rest, modem: { twin, ...rest.modem } });
    this.runner.voice.onRing((call) => this.rings.push(new Heard(call)));
  }

  get calls(): SlotRig["modem"]["calls"] {
    return this.modem.calls;
  }

  /** Waits for the ring of a call that is there or comes. */
  async ring(count = 1): Promise<Heard> {
    await this.until(() => this.rings.length >= count, seconds(60));
    const heard = this.rings[count - 1];
    if (heard === undefined) throw new Error("no ring");
    return heard;
  }

  async dial(number = "+15550111", signal: AbortSignal = new AbortController().signal): Promise<Heard> {
    return new Heard(await this.clock.settle(this.runner.voice.dial(number, signal)));
  }

  /** Waits until a call has told so. */
  async told(heard: Heard, what: string): Promise<void> {
    await this.until(() => heard.story.includes(what), seconds(60));
  }

  /** Commands so far that begin so. */
  sent(...starts: readonly string[]): readonly string[] {
    return this.commands.filter((text) => starts.some((start) => text.startsWith(start)));
  }
}

/** A slot that is ready, with its audio port open where its modem has one. */
export async function callRig(options: ConstructorParameters<typeof CallRig>[0] = {}): Promise<CallRig> {
  const rig = new CallRig(options);
  await rig.start();
  await rig.pass(seconds(2));
  rig.commands.length = 0;
  return rig;
}
