// rtpengine as the way of sound: it gives ports, and passes on what comes there as it is. What it is shown is not what phones say: see
// `sdp.ts`.

import { AppError, type Logger, messageOf, type Random, toHex } from "../../base/index.ts";
import type { MediaPath, MediaSide } from "../drachtio/media-path.ts";
import type { NgClient } from "./ng-client.ts";
import { mediaPlaces, placedSdp, plainSdp } from "./sdp.ts";

/** The addresses that the relay sees the two sides at; null where it does not know. */
export type SeenAddresses = Readonly<Record<MediaSide, string | null>>;

const TAG: Readonly<Record<MediaSide, string>> = { caller: "a", called: "b" };
const other = (side: MediaSide): MediaSide => (side === "caller" ? "called" : "caller");

export class RtpenginePath implements MediaPath {
  readonly #client: Pick<NgClient, "ask">;
  readonly #seen: SeenAddresses;
  readonly #log: Logger;
  /** Says nothing of the call. */
  readonly #id: string;
  #isAnswered = false;
  #isOver = false;
  #isKnown = false;

  constructor(
    client: Pick<NgClient, "ask">,
    seen: SeenAddresses,
    deps: { readonly random: Random; readonly log: Logger },
  ) {
    this.#client = client;
    this.#seen = seen;
    this.#log = deps.log;
    this.#id = toHex(deps.random.bytes(12));
  }

  offer(sdp: string, from: MediaSide): Promise<string> {
    this.#isKnown = true;
    const again = this.#isAnswered ? { "to-tag": TAG[other(from)] } : {};
    return this.#placed("offer", sdp, from, { "from-tag": TAG[from], ...again });
  }

  async answer(sdp: string, from: MediaSide): Promise<string> {
    // As rtpengine has it, `from` is who offered.
    const placed = await this.#placed("answer", sdp, from, { "from-tag": TAG[other(from)], "to-tag": TAG[from] });
    this.#isAnswered = true;
    return placed;
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (!this.#isKnown) return;
    this.#client
      .ask("delete", { "call-id": this.#id, "from-tag": TAG.caller, "delete-delay": 0 })
      .catch((error: unknown) => this.#log.warn("media_relay_left", { reason: messageOf(error) }));
  }

  async #placed(
    command: "offer" | "answer",
    sdp: string,
    from: MediaSide,
    tags: Readonly<Record<string, string>>,
  ): Promise<string> {
    const places = mediaPlaces(sdp);
    if (places === null) throw unusable("what a phone says of its sound cannot be read");
    const { sdp: relayed = "" } = await this.#client.ask(command, {
      ...{ "call-id": this.#id, ...tags, sdp: plainSdp(places, this.#seen[from]) },
      // The places in it are those that count; where packets really come from is learnt from the first of them.
      ...{ flags: ["trust-address"], ICE: "remove", replace: ["origin"], "rtcp-mux": ["accept"] },
    });
    const placed = placedSdp(sdp, mediaPlaces(relayed) ?? []);
    if (placed === null) throw unusable("rtpengine's answer does not fit");
    return placed;
  }
}

function unusable(message: string): AppError {
  return new AppError("voice.media_relay", message, { hint: "Check rtpengine's log, and which version it is." });
}
