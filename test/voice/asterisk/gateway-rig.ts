// The gateway over the model of Asterisk, with a virtual clock, one registered account and everything that happens in a list.

import { millis, silentLogger } from "../../../src/base/index.ts";
import type { PhoneEvent, PhoneLeg, SipAccount } from "../../../src/core/index.ts";
import { contactId } from "../../../src/voice/asterisk/edge-contacts.ts";
import { AsteriskEdge, AsteriskGateway, AudioSocketServer } from "../../../src/voice/index.ts";
import { AriModel } from "../../sim/asterisk/ari-model.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { HandModem } from "../media/media-rig.ts";

export const REALM = { realm: "box.test", digests: ["MD5"] } as const;

export function accountOf(user: string, secret = "a"): SipAccount {
  return { user, encryption: "none", ha1: { md5: secret.repeat(32), sha256: secret.repeat(64) } };
}

export class GatewayRig {
  readonly clock = new VirtualClock();
  readonly asterisk = new AriModel();
  readonly modem = new HandModem();
  readonly audio: AudioSocketServer;
  readonly edge: AsteriskEdge;
  readonly gateway: AsteriskGateway;

  private constructor() {
    const common = { clock: this.clock, random: new SeededRandom(7), log: silentLogger };
    this.audio = new AudioSocketServer({ ...common, host: "127.0.0.1", port: 0 });
    this.edge = new AsteriskEdge({ ...common, ...REALM, wire: this.asterisk });
    this.gateway = new AsteriskGateway({
      ...common,
      wire: this.asterisk,
      edge: this.edge,
      audio: this.audio,
      audioHost: "127.0.0.1:0",
    });
  }

  static async start({ phones = 1 } = {}): Promise<GatewayRig> {
    const rig = new GatewayRig();
    await rig.gateway.start();
    rig.asterisk.come();
    await rig.flush();
    await rig.gateway.setAccounts([accountOf("u1")]);
    for (let n = 0; n < phones; n++) rig.register("u1", `sip:u1@192.0.2.${n + 1}:5060`);
    await rig.flush();
    return rig;
  }

  register(user: string, uri: string, seconds = 300): void {
    const id = contactId(user, uri);
    const expires = String(Math.floor(this.clock.now() / 1000) + seconds);
    const fields = { uri, expiration_time: expires, user_agent: "a phone" };
    this.asterisk.objects.set(`contact/${id}`, new Map(Object.entries(fields)));
    this.asterisk.contact(user, uri, "NonQualified");
  }

  /** Real sockets of the loopback are under the AudioSocket: a few turns more than promises need. */
  async flush(): Promise<void> {
    await this.clock.flush(60);
  }

  ring(): { leg: PhoneLeg; events: PhoneEvent[]; channels: readonly string[] } {
    const before = new Set(this.asterisk.channels.keys());
    const leg = this.gateway.ring({ user: "u1", from: "+4915550100" });
    const events: PhoneEvent[] = [];
    leg.onEvent((event) => events.push(event));
    const made = [...this.asterisk.channels.keys()].filter((id) => !before.has(id));
    return { leg, events, channels: made };
  }

  /** A call in which both hear each other. */
  async talk(): Promise<{ leg: PhoneLeg; events: PhoneEvent[]; phone: string }> {
    const { leg, events } = this.ring();
    await this.flush();
    const [phone = ""] = [...this.asterisk.channels.keys()];
    this.asterisk.phoneAnswers(phone);
    await this.within(leg.connect(this.modem));
    return { leg, events, phone };
  }

  /** Settles what goes through a real socket, without moving time. */
  async within<T>(promise: Promise<T>): Promise<T> {
    let done = false;
    const mark = (): void => {
      done = true;
    };
    promise.then(mark, mark);
    for (let turn = 0; turn < 5000 && !done; turn++) await this.clock.flush(1);
    if (!done) await this.clock.settle(promise, millis(10_000));
    return await promise;
  }

  /** What is left of calls, anywhere. */
  left(): number {
    const { channels, bridges } = this.asterisk;
    return channels.size + bridges.size + this.gateway.legs() + this.audio.open + this.audio.waiting;
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
  }
}
