// Both ends of calls as scripts: a slot whose modem does what a test says, and phones that do.

import { AppError, type Disposer, slotId, stoppedError } from "../../src/base/index.ts";
import type {
  Announcement,
  AudioCounts,
  CallQuality,
  DialRequest,
  EndCause,
  GatewayState,
  ModemAudio,
  ModemCall,
  ModemCallEvent,
  PcmExchange,
  PhoneEvent,
  PhoneLeg,
  RingRequest,
  SipAccount,
  SipBinding,
  SlotVoice,
  VoiceAbility,
  VoiceGateway,
} from "../../src/core/index.ts";

class Listeners<T> {
  readonly #all = new Set<(value: T) => void>();
  add(listener: (value: T) => void): Disposer {
    this.#all.add(listener);
    return () => {
      this.#all.delete(listener);
    };
  }
  tell(value: T): void {
    for (const listener of [...this.#all]) listener(value);
  }
}

export class FakeAudio implements ModemAudio {
  current: PcmExchange | null = null;
  heard = 0;
  exchange(with_: PcmExchange): Disposer {
    this.current = with_;
    return () => {
      if (this.current === with_) this.current = null;
    };
  }
  counts(): AudioCounts {
    return { heard: this.heard, said: this.heard, silence: 0, stalls: 0 };
  }
}

export class FakeModemCall implements ModemCall {
  readonly slot = slotId("1");
  readonly audio = new FakeAudio();
  readonly did: string[] = [];
  readonly direction: "in" | "out";
  readonly number: string | null;
  over = false;
  #connected = false;
  #end: ModemCallEvent | null = null;
  readonly #events = new Listeners<ModemCallEvent>();
  readonly #onOver: () => void;

  constructor(direction: "in" | "out", number: string | null, onOver: () => void = () => {}) {
    this.direction = direction;
    this.number = number;
    this.#onOver = onOver;
  }

  /** Why it ends when the other side ends it. */
  get goneCause(): EndCause {
    return this.#connected ? "hung_up" : "cancelled";
  }
  onEvent(listener: (event: ModemCallEvent) => void): Disposer {
    const end = this.#end;
    if (end !== null) queueMicrotask(() => listener(end));
    return this.#events.add(listener);
  }
  say(event: ModemCallEvent): void {
    if (event.type === "connected") this.#connected = true;
    if (event.type === "ended") {
      this.over = true;
      this.#end = event;
      this.#onOver();
    }
    this.#events.tell(event);
  }
  async answer(): Promise<void> {
    if (this.over) throw new AppError("voice.call_over", "the call is over");
    this.did.push("answer");
  }
  async hangUp(): Promise<void> {
    this.did.push("hang up");
    const before = this.direction === "in" ? "declined" : "cancelled";
    if (!this.over) this.say({ type: "ended", cause: this.#connected ? "hung_up" : before });
  }
  async sendDigit(digit: string): Promise<void> {
    if (this.over) throw new AppError("voice.call_over", "the call is over");
    if (!/^[0-9A-D*#]$/.test(digit)) throw new AppError("voice.bad_digit", "no such key");
    this.did.push(`digit ${digit}`);
  }
}

export class FakeSlotVoice implements SlotVoice {
  readonly dialled: string[] = [];
  able: VoiceAbility = "audio";
  call: FakeModemCall | null = null;
  /** What the next dial fails with. */
  fault: Error | null = null;
  readonly #rings = new Listeners<ModemCall>();

  ability(): VoiceAbility {
    return this.able;
  }
  current(): ModemCall | null {
    return this.call;
  }
  onRing(listener: (call: ModemCall) => void): Disposer {
    return this.#rings.add(listener);
  }
  ring(number: string | null): FakeModemCall {
    const call = this.#made("in", number);
    this.#rings.tell(call);
    return call;
  }
  async dial(number: string, signal: AbortSignal): Promise<ModemCall> {
    if (!/^\+?[0-9]{1,20}$/.test(number)) throw new AppError("voice.bad_number", "no number");
    if (this.call !== null) throw new AppError("voice.line_busy", "a call is on");
    this.dialled.push(number);
    await Promise.resolve();
    if (signal.aborted) throw stoppedError("dialling");
    if (this.fault !== null) throw this.fault;
    return this.#made("out", number);
  }
  #made(direction: "in" | "out", number: string | null): FakeModemCall {
    const call = new FakeModemCall(direction, number, () => {
      if (this.call === call) this.call = null;
    });
    this.call = call;
    return call;
  }
}

export class FakeLeg implements PhoneLeg {
  readonly did: string[] = [];
  readonly user: string;
  audio: ModemAudio | null = null;
  over = false;
  /** What the next request fails with. */
  fault: Error | null = null;
  readonly #events = new Listeners<PhoneEvent>();

  constructor(user: string) {
    this.user = user;
  }
  onEvent(listener: (event: PhoneEvent) => void): Disposer {
    return this.#events.add(listener);
  }
  say(event: PhoneEvent): void {
    if (event.type === "ended") this.over = true;
    this.#events.tell(event);
  }
  async #do(what: string): Promise<void> {
    this.did.push(what);
    if (this.fault !== null) throw this.fault;
  }
  ringing = (): Promise<void> => this.#do("ringing");
  openEarly = (): Promise<void> => this.#do("early");
  answer = (): Promise<void> => this.#do("answer");
  async connect(audio: ModemAudio): Promise<void> {
    this.audio = audio;
    await this.#do("connect");
  }
  play = (what: Announcement): Promise<void> => this.#do(`play ${what}`);
  async hangUp(cause: EndCause): Promise<void> {
    this.did.push(`hang up: ${cause}`);
    if (!this.over) this.say({ type: "ended", cause: "hung_up" });
  }
  quality = (): Promise<CallQuality | null> => Promise.resolve(null);
}

export class FakeGateway implements VoiceGateway {
  now: GatewayState = { kind: "up", edge: "asterisk" };
  accounts: readonly SipAccount[] = [];
  registered: readonly SipBinding[] = [];
  readonly rung: RingRequest[] = [];
  leg: FakeLeg | null = null;
  readonly #states = new Listeners<GatewayState>();
  readonly #dials = new Listeners<DialRequest>();

  state(): GatewayState {
    return this.now;
  }
  onState(listener: (state: GatewayState) => void): Disposer {
    return this.#states.add(listener);
  }
  become(state: GatewayState): void {
    this.now = state;
    this.#states.tell(state);
  }
  async setAccounts(accounts: readonly SipAccount[]): Promise<void> {
    this.accounts = accounts;
  }
  bindings(): readonly SipBinding[] {
    return this.registered;
  }
  ring(request: RingRequest): PhoneLeg {
    this.rung.push(request);
    this.leg = new FakeLeg(request.user);
    return this.leg;
  }
  onDial(listener: (request: DialRequest) => void): Disposer {
    return this.#dials.add(listener);
  }
  dial(user: string, dialled: string): FakeLeg {
    const leg = new FakeLeg(user);
    this.#dials.tell({ leg, dialled });
    return leg;
  }
  loops: (ModemAudio | null)[] = [];
  /** What comes back of what is sent; set by a test. */
  openLoop: VoiceGateway["openLoop"] = async (far) => {
    this.loops.push(far);
    const listeners = new Set<(pcm: Uint8Array) => void>();
    return {
      send: (pcm) => {
        for (const listener of listeners) listener(pcm);
        return true;
      },
      onAudio: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      close: async () => {},
    };
  };

  throttled(): number {
    return 0;
  }

  legs(): number {
    return this.leg === null || this.leg.over ? 0 : 1;
  }
}
