// The sound of calls in a thread of its own, as the rest of the box sees it: ports for modems, and a server for Asterisk. What the box's own
// thread does for long, such as collecting its garbage, is heard by nobody then.

import { type Deferred, deferred, hasCode, messageOf, stoppedError } from "../../base/index.ts";
import type { SoundPortMaker } from "../../modem/index.ts";
import type { AudioLink, ExpectedLink, SoundServer, SoundSession } from "../../voice/index.ts";
import type { SoundNews } from "./messages.ts";
import { RemoteLink, RemoteSession } from "./remote-link.ts";
import { RemotePort, type SoundListeners } from "./remote-sound.ts";
import { SoundWire, type SoundWireDeps } from "./sound-wire.ts";

export type SoundThreadDeps = Pick<SoundWireDeps, "machine" | "start" | "clock" | "log">;

interface Awaited {
  readonly link: RemoteLink;
  readonly open: Deferred<AudioLink>;
}

export class SoundThread {
  readonly #deps: SoundThreadDeps;
  readonly #wire: SoundWire;
  readonly #ports = new Map<number, RemotePort>();
  readonly #listeners: SoundListeners = new Map();
  readonly #links = new Map<number, Awaited>();
  /** Where Asterisk's sound comes in, once it does. */
  #listening: { readonly host: string; readonly port: number } | null = null;

  constructor(deps: SoundThreadDeps) {
    this.#deps = deps;
    this.#wire = new SoundWire({
      ...deps,
      onNews: (news) => this.#take(news),
      onLost: () => this.#lost(),
      onAgain: () => void this.#again(),
    });
  }

  /** Of ports that a simulator has in the box's own thread there is none. */
  readonly portFor: SoundPortMaker = (where, { onChange }) => {
    if (where.startsWith("sim://")) return null;
    const [wire, listeners] = [this.#wire, this.#listeners];
    const port = new RemotePort({ wire, listeners, onChange });
    this.#ports.set(port.number, port);
    return port;
  };

  /** The server at `host:port`; 0: any port. */
  server(host: string, port: number): SoundServer {
    const listening = (): number => this.#listening?.port ?? 0;
    return {
      get port() {
        return listening();
      },
      start: async () => {
        this.#listening = { host, port };
        try {
          await this.#listen();
        } catch (error) {
          // SMS do not wait for it: the next thread listens.
          if (hasCode(error, "voice.sound_lost")) return;
          this.#listening = null;
          throw error;
        }
      },
      stop: async () => {
        this.#listening = null;
        for (const { open } of this.#links.values()) open.reject(stoppedError("waiting for Asterisk's sound"));
        await this.#wire.ask((ask) => ({ t: "unlisten", ask })).catch(() => {});
      },
      expect: (id) => this.#expect(id),
      session: (link) => sessionOver(link),
    };
  }

  /** Closes ports and connections. Idempotent. */
  async stop(): Promise<void> {
    await this.#wire.stop();
    this.#loseLinks();
  }

  #expect(id: Uint8Array): ExpectedLink {
    const wire = this.#wire;
    const number = wire.number();
    const awaited: Awaited = { link: new RemoteLink(wire, number), open: deferred<AudioLink>() };
    // Its failure is seen where it is awaited, which may be never.
    awaited.open.promise.catch(() => {});
    this.#links.set(number, awaited);
    wire.post({ t: "expect", link: number, id });
    const cancel = (): void => {
      wire.post({ t: "cancel", link: number });
      awaited.open.reject(stoppedError("waiting for Asterisk's sound"));
    };
    return { link: awaited.open.promise, cancel };
  }

  #take(news: SoundNews): void {
    if (news.t === "port") this.#ports.get(news.port)?.is(news.open);
    else if (news.t === "heard") this.#listeners.get(news.sound)?.(news.pcm);
    else if (news.t === "link_audio") this.#links.get(news.link)?.link.heard(news.pcm);
    else if (news.t === "answered") this.#links.get(news.link)?.link.answers.put(news.pcm);
    else if (news.t === "link_open") this.#linkOpen(news.link);
    else if (news.t === "link_closed") this.#linkClosed(news.link);
  }

  #linkOpen(number: number): void {
    const awaited = this.#links.get(number);
    awaited?.open.resolve(awaited.link);
  }

  #linkClosed(number: number): void {
    const awaited = this.#links.get(number);
    this.#links.delete(number);
    awaited?.open.reject(stoppedError("the connection of Asterisk for the sound of a call"));
    awaited?.link.closed();
  }

  #loseLinks(): void {
    for (const number of [...this.#links.keys()]) this.#linkClosed(number);
  }

  /** The thread died: its calls are over. */
  #lost(): void {
    this.#loseLinks();
    this.#listeners.clear();
    for (const port of this.#ports.values()) port.is(false);
  }

  async #listen(): Promise<void> {
    const at = this.#listening;
    if (at === null) return;
    const port = await this.#wire.ask((ask) => ({ t: "listen", ask, ...at }));
    // The next thread listens at the same one.
    if (this.#listening === at) this.#listening = { ...at, port: port ?? at.port };
  }

  /** A new one gets the ports and the server. */
  async #again(): Promise<void> {
    for (const port of this.#ports.values()) port.again();
    try {
      await this.#listen();
    } catch (error) {
      this.#deps.log.error("sound_not_listening", { reason: messageOf(error) });
    }
  }
}

/** Links come from the thread's own server alone. */
function sessionOver(link: AudioLink): SoundSession {
  if (link instanceof RemoteLink) return new RemoteSession(link);
  throw new TypeError("a link of another server");
}
