// The thread's side of the sound: ports of modems, connections of Asterisk, and what is patched between them. A frame goes from one to the
// other here and nowhere else, however long the box itself stands still: for its garbage collector, its database or its console.

import { AppError, type Clock, type Disposer, type Logger, messageOf, millis, type Random } from "../../base/index.ts";
import { type ModemAudio, PCM_FRAME_BYTES, type PcmExchange } from "../../core/index.ts";
import { AudioPort, type OpenLink, type OpenSound, SoundCounters } from "../../modem/index.ts";
import { type AudioLink, AudioSocketServer, type ExpectedLink, type SoundSession } from "../../voice/index.ts";
import { FrameBelt, type Refusal, type SoundNews, type SoundOrder } from "./messages.ts";

export interface SoundHostDeps {
  readonly post: (news: SoundNews) => void;
  readonly openLink: OpenLink;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** How often the counts of sessions are written where the box reads them. */
const COUNT_EVERY = millis(500);

type Of<T extends SoundOrder["t"]> = Extract<SoundOrder, { t: T }>;
type Handlers = { readonly [T in SoundOrder["t"]]: (order: Of<T>) => void | Promise<void> };

/** Sound of the box's own thread, as a modem's: what it is given is a frame behind. */
class FedAudio implements ModemAudio {
  readonly #answer: (pcm: Uint8Array) => void;
  #with: PcmExchange | null = null;

  constructor(answer: (pcm: Uint8Array) => void) {
    this.#answer = answer;
  }

  exchange(with_: PcmExchange): Disposer {
    this.#with = with_;
    return () => {
      if (this.#with === with_) this.#with = null;
    };
  }

  feed(pcm: Uint8Array): void {
    const answer = this.#with?.(pcm);
    if (answer != null) this.#answer(answer);
  }

  counts() {
    return { heard: 0, said: 0, silence: 0, stalls: 0 };
  }
}

interface Patched {
  readonly expected: ExpectedLink;
  link: AudioLink | null;
  session: SoundSession | null;
  counts: Int32Array | null;
  fed: FedAudio | null;
}

interface Sound {
  readonly open: OpenSound;
  readonly gifts: FrameBelt;
  endExchange: Disposer;
}

export class SoundHost {
  readonly #deps: SoundHostDeps;
  readonly #links = new Map<number, Patched>();
  readonly #sounds = new Map<number, Sound>();
  readonly #ports = new Map<number, AudioPort>();
  #server: AudioSocketServer | null = null;
  #counting: Disposer | null = null;

  constructor(deps: SoundHostDeps) {
    this.#deps = deps;
  }

  /** Does what it is told; what fails is told back where somebody asked, and logged else. */
  async take(order: SoundOrder): Promise<void> {
    try {
      // One handler for each kind: the order has the type that its own handler takes.
      await (this.#handlers[order.t] as (order: SoundOrder) => void | Promise<void>)(order);
      if ("ask" in order && order.t !== "listen") this.#deps.post({ t: "done", ask: order.ask });
    } catch (error) {
      if ("ask" in order) this.#deps.post({ t: "done", ask: order.ask, refused: refusalOf(error) });
      else this.#deps.log.error("sound_order_failed", { order: order.t, reason: messageOf(error) });
    }
  }

  readonly #handlers: Handlers = {
    listen: async ({ ask, host, port }) => {
      const { clock, log, post } = this.#deps;
      const server = new AudioSocketServer({ host, port, clock, log });
      await server.start();
      this.#server = server;
      post({ t: "done", ask, port: server.port });
    },
    unlisten: async () => {
      const server = this.#server;
      this.#server = null;
      await server?.stop();
    },
    expect: ({ link, id }) => this.#expect(link, id),
    cancel: ({ link }) => this.#links.get(link)?.expected.cancel(),
    close_link: ({ link }) => this.#links.get(link)?.link?.close(),
    send: ({ link, pcm }) => void this.#links.get(link)?.link?.send(pcm),
    listen_to: ({ link }) => {
      this.#links.get(link)?.link?.onAudio((pcm) => this.#deps.post({ t: "link_audio", link, pcm }));
    },
    session: ({ link, counts }) => this.#openSession(link, new Int32Array(counts)),
    attach: ({ link, sound }) => {
      const audio = this.#sounds.get(sound)?.open.audio;
      if (audio !== undefined) this.#links.get(link)?.session?.attach(audio);
    },
    attach_fed: ({ link }) => this.#attachFed(link),
    feed: ({ link, pcm }) => this.#links.get(link)?.fed?.feed(pcm),
    hold: ({ link, held }) => this.#links.get(link)?.session?.hold(held),
    say: async ({ link, pcm, length }) => await this.#links.get(link)?.session?.say(framesOf(pcm), length),
    echo: async ({ link }) => await this.#links.get(link)?.session?.echo(),
    end_session: ({ link }) => this.#links.get(link)?.session?.close(),
    keep: ({ port, name }) => this.#portOf(port, name).keep(name),
    release: async ({ port }) => {
      const audio = this.#ports.get(port);
      this.#ports.delete(port);
      await audio?.close();
    },
    open_sound: ({ port, sound, counters }) => {
      const open = this.#ports.get(port)?.pump.open(new SoundCounters(counters));
      if (open !== undefined) this.#sounds.set(sound, { open, gifts: new FrameBelt(), endExchange: () => {} });
    },
    close_sound: ({ sound }) => {
      this.#sounds.get(sound)?.open.close();
      this.#sounds.delete(sound);
    },
    exchange: ({ sound }) => this.#exchange(sound),
    end_exchange: ({ sound }) => this.#sounds.get(sound)?.endExchange(),
    give: ({ sound, pcm }) => this.#sounds.get(sound)?.gifts.put(pcm),
    stop: () => this.#stop(),
  };

  #expect(link: number, id: Uint8Array): void {
    const { post } = this.#deps;
    const server = this.#server;
    if (server === null) return post({ t: "link_closed", link });
    const patched: Patched = { expected: server.expect(id), link: null, session: null, counts: null, fed: null };
    this.#links.set(link, patched);
    const gone = (): void => {
      this.#links.delete(link);
      patched.session?.close();
      post({ t: "link_closed", link });
    };
    patched.expected.link.then((open) => {
      patched.link = open;
      post({ t: "link_open", link });
      open.onClose(gone);
    }, gone);
  }

  #openSession(link: number, counts: Int32Array): void {
    const patched = this.#links.get(link);
    if (patched?.link == null || this.#server === null) return;
    patched.session = this.#server.session(patched.link);
    patched.counts = counts;
    this.#counting ??= this.#deps.clock.after(COUNT_EVERY, "counts of sound", () => this.#count());
  }

  #count(): void {
    this.#counting = null;
    let any = false;
    for (const { session, counts } of this.#links.values()) {
      if (session === null || counts === null) continue;
      any = true;
      const { lostUp, dropped, missing } = session.counts();
      counts.set([lostUp, dropped, missing]);
    }
    if (any) this.#counting = this.#deps.clock.after(COUNT_EVERY, "counts of sound", () => this.#count());
  }

  #attachFed(link: number): void {
    const patched = this.#links.get(link);
    if (patched === undefined) return;
    patched.fed = new FedAudio((pcm) => this.#deps.post({ t: "answered", link, pcm }));
    patched.session?.attach(patched.fed);
  }

  #exchange(number: number): void {
    const sound = this.#sounds.get(number);
    if (sound === undefined) return;
    sound.endExchange = sound.open.audio.exchange((heard) => {
      // Copied: the frame is the pump's own, and is overwritten by the next.
      this.#deps.post({ t: "heard", sound: number, pcm: heard.slice() });
      return sound.gifts.take();
    });
  }

  #portOf(port: number, name: string): AudioPort {
    const known = this.#ports.get(port);
    if (known !== undefined) return known;
    const onChange = (): void => this.#deps.post({ t: "port", port, open: audio.open });
    const audio = new AudioPort({ ...this.#deps, log: this.#deps.log.child({ port: name }), onChange });
    this.#ports.set(port, audio);
    return audio;
  }

  async #stop(): Promise<void> {
    this.#counting?.();
    for (const { open } of this.#sounds.values()) open.close();
    for (const { session } of this.#links.values()) session?.close();
    await Promise.all([this.#server?.stop(), ...[...this.#ports.values()].map((port) => port.close())]);
  }
}

function* framesOf(pcm: Uint8Array): Generator<Uint8Array, undefined> {
  for (let at = 0; at < pcm.length; at += PCM_FRAME_BYTES) yield pcm.subarray(at, at + PCM_FRAME_BYTES);
}

function refusalOf(error: unknown): Refusal {
  if (!(error instanceof AppError)) return { code: "voice.sound_failed", message: messageOf(error), hint: undefined };
  const { code, message, hint } = error;
  return { code, message, hint };
}
