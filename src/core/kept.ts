// Reading what the box holds for its owner: messages of lines that nobody rented. Only lines that the owner keeps for himself are
// opened, in memory and for one answer; what came in while a rented line rested is for nobody's eyes.

import {
  AppError,
  type CryptoSuite,
  fromBase64url,
  isAppError,
  type LineId,
  lineId,
  type MessageId,
  type UnixMs,
  unixMs,
} from "../base/index.ts";
import { decodePayload, type Identity, openV1 } from "../envelope/index.ts";
import type { KeptContent, KeptMessage } from "../protocol/index.ts";
import type { EventLog } from "./event-log.ts";
import type { HeldMessage } from "./model.ts";
import type { KeptStore, SettingStore } from "./ports-store.ts";

export type OpenKept = (envelope: string) => KeptContent;

export interface KeptDeps {
  readonly store: KeptStore & SettingStore;
  readonly open: OpenKept;
  /** Lines that the owner keeps for himself. */
  readonly ownLines: readonly LineId[];
  readonly events: EventLog;
  readonly now: () => UnixMs;
}

export interface KeptQuery {
  readonly line: LineId | null;
  /** A cursor; 0 from the beginning. */
  readonly after: number;
  /** 1-500. */
  readonly limit: number;
}

export interface KeptConsole {
  /** `by`: who reads, for the audit. */
  list(query: KeptQuery, by: string): Promise<{ readonly messages: readonly KeptMessage[]; readonly next: number }>;
  /** Errors: `kept.unknown`. */
  one(id: MessageId, by: string): Promise<KeptMessage>;
}

/** Since when each line is the owner's own: what came before, when it was let, stays closed. */
const OWN_SINCE = "kept.own_since";

export class KeptMessages implements KeptConsole {
  readonly #deps: KeptDeps;
  #since: ReadonlyMap<LineId, UnixMs> = new Map();
  #loaded: Promise<void> = Promise.resolve();

  constructor(deps: KeptDeps) {
    this.#deps = deps;
  }

  /** Notes which lines are the owner's own from now on; who reads waits for it. */
  start(): void {
    this.#loaded = this.#load();
    // Told to whoever reads.
    this.#loaded.catch(() => {});
  }

  async #load(): Promise<void> {
    const { store, ownLines, now } = this.#deps;
    const text = await store.getSetting(OWN_SINCE);
    const known = text === null ? new Map<LineId, UnixMs>() : parseSince(text);
    this.#since = new Map(ownLines.map((line) => [line, known.get(line) ?? now()]));
    const wanted = JSON.stringify(Object.fromEntries(this.#since));
    if (wanted !== (text ?? "{}")) await store.setSetting(OWN_SINCE, wanted);
  }

  async list(query: KeptQuery, by: string): ReturnType<KeptConsole["list"]> {
    await this.#loaded;
    const rows = await this.#deps.store.keptRows(query);
    const messages = rows.map((row) => this.#view(row));
    this.#audit(messages, by);
    return { messages, next: rows.at(-1)?.cursor ?? query.after };
  }

  async one(id: MessageId, by: string): Promise<KeptMessage> {
    await this.#loaded;
    const row = await this.#deps.store.keptRow(id);
    if (row === null) throw new AppError("kept.unknown", "the box keeps no such message");
    const message = this.#view(row);
    this.#audit([message], by);
    return message;
  }

  #view(row: HeldMessage & { readonly cursor: number }): KeptMessage {
    const { cursor, id, lineId: line, storedAt: at } = row;
    const since = this.#since.get(line);
    const common = { cursor, id, line, at, own: since !== undefined };
    if (since === undefined || at < since) return { ...common, content: null, problem: null };
    try {
      return { ...common, content: this.#deps.open(row.envelope), problem: null };
    } catch (error) {
      return { ...common, content: null, problem: isAppError(error) ? error.code : "kept.cannot_open" };
    }
  }

  #audit(messages: readonly KeptMessage[], by: string): void {
    const opened = messages.filter(({ content }) => content !== null);
    if (opened.length === 0) return;
    const lines = new Set(opened.map(({ line }) => line));
    const details = { messages: opened.length, lines: lines.size, by };
    this.#deps.events.record({ level: "info", code: "kept.read", details });
  }
}

function parseSince(text: string): Map<LineId, UnixMs> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return new Map();
    return new Map(
      Object.entries(value).flatMap(([line, at]) => (typeof at === "number" ? [[lineId(line), unixMs(at)]] : [])),
    );
  } catch {
    // What cannot be read counts as never written: lines are the owner's from now on.
    return new Map();
  }
}

/** Opens what was sealed to the box's own identity. Errors: those of `openV1` and `decodePayload`, `kept.other_form`. */
export function keptOpener(deps: { readonly suite: CryptoSuite; readonly identity: Identity }): OpenKept {
  return (text) => {
    const { suite, identity } = deps;
    const payload = decodePayload(openV1({ suite, secret: identity.seed, envelope: fromBase64url(text) }));
    if (payload.type === "text") throw new AppError("kept.other_form", "the message is not of this box's making");
    const { received_ms } = payload;
    if (payload.type === "raw") {
      return { type: "raw", from: null, body: payload.raw, sent_at: null, received_ms, parts: 1, missing: [] };
    }
    const { from, body, sent_at, parts, missing } = payload;
    return { type: "sms", from, body, sent_at, received_ms, parts, missing: [...missing] };
  };
}
