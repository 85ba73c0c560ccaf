// Phones and modems of one test, and what they hear of each other. Everything is gone after the test, and nothing may be left in Asterisk.

import type { DialRequest, PhoneEvent, PhoneLeg, VoiceGateway } from "../../../src/core/index.ts";
import { Baresip, type BaresipOptions } from "./baresip.ts";
import { levelOf, ToneModem } from "./tone-modem.ts";
import { until } from "./until.ts";
import { record } from "./voice-rig.ts";

export const PASSWORD = "f00dfeedf00dfeed";

/** What the modems say and what the phones say, in Hz. */
export const MODEM_HERTZ = 1000;
export const PHONE_HERTZ = 440;

export interface StagedLeg {
  readonly leg: PhoneLeg;
  readonly events: readonly PhoneEvent[];
}

/** The box's side with whichever edge, and where phones reach it. */
export interface CallRig {
  readonly box: { readonly gateway: VoiceGateway };
  readonly sipPort: number;
  readonly tlsPort: number;
  /** Rejects when anything of a call is left. */
  quiet(): Promise<void>;
}

export class CallStage {
  readonly #rig: CallRig;
  readonly #phones: Baresip[] = [];
  readonly #modems: ToneModem[] = [];
  readonly #legs: PhoneLeg[] = [];

  constructor(rig: CallRig) {
    this.#rig = rig;
  }

  /** A phone that is registered, as the box sees it. */
  async phone(user: string, more: Partial<BaresipOptions> = {}): Promise<Baresip> {
    const { gateway } = this.#rig.box;
    const before = gateway.bindings().length;
    const port = more.transport === "tls" ? this.#rig.tlsPort : this.#rig.sipPort;
    const phone = await Baresip.start({ user, password: PASSWORD, port, hertz: PHONE_HERTZ, ...more });
    this.#phones.push(phone);
    await until(`registration of ${user}`, () => gateway.bindings().length > before);
    return phone;
  }

  modem(): ToneModem {
    const modem = new ToneModem(MODEM_HERTZ);
    this.#modems.push(modem);
    return modem;
  }

  ring(user: string, from: string | null = "+4915550100"): StagedLeg {
    const leg = this.#rig.box.gateway.ring({ user, from });
    this.#legs.push(leg);
    return { leg, events: record(leg) };
  }

  /** What comes of a phone that dials. */
  async dials(phone: Baresip, number: string): Promise<StagedLeg & { readonly dialled: string }> {
    const { gateway } = this.#rig.box;
    let stop = (): void => {};
    const asked = new Promise<DialRequest>((resolve) => {
      stop = gateway.onDial(resolve);
    });
    phone.dial(number);
    const { leg, dialled } = await asked.finally(() => stop());
    this.#legs.push(leg);
    return { leg, dialled, events: record(leg) };
  }

  /** Share of full scale of a frequency in the last half second that the phone heard. */
  heard(phone: Baresip, hertz: number): number {
    const recording = phone.recording();
    if (recording === null) return 0;
    return levelOf(recording.samples.slice(-recording.rate / 2), hertz, recording.rate);
  }

  /** The phone hears the modem, and the modem the phone. */
  async hearEachOther(phone: Baresip, modem: ToneModem): Promise<void> {
    await until("the phone's tone at the modem", () => modem.level(PHONE_HERTZ) > 0.05);
    await until("the modem's tone at the phone", () => this.heard(phone, MODEM_HERTZ) > 0.05);
  }

  /** Ends everything; rejects when anything of a call is left. */
  async clear(): Promise<void> {
    await Promise.all(this.#legs.splice(0).map((leg) => leg.hangUp("stopped")));
    for (const modem of this.#modems.splice(0)) modem.stop();
    await Promise.all(this.#phones.splice(0).map((phone) => phone.stop()));
    await this.#rig.quiet();
    await until("the end of all registrations", () => this.#rig.box.gateway.bindings().length === 0);
  }
}
