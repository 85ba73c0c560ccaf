// The phones that are registered, as Asterisk keeps them: it names each after the account and the MD5 of its address, tells of changes by
// the address, and lets nobody list them but through a channel.

import { createHash } from "node:crypto";
import { type Clock, type Disposer, type Logger, messageOf, millis, type UnixMs, unixMs } from "../../base/index.ts";
import type { SipBinding } from "../../core/index.ts";
import type { AriCommands } from "./ari-commands.ts";
import { STASIS_APP } from "./asterisk-setup.ts";
import { PROBE_PREFIX } from "./sweep.ts";

/** A phone that is registered. */
export interface EdgeContact {
  readonly id: string;
  /** Where it is rung. */
  readonly uri: string;
  readonly binding: SipBinding;
}

export interface EdgeContactsDeps {
  readonly ari: AriCommands;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether the account may have phones; those of others are thrown out. */
  readonly wanted: (user: string) => boolean;
}

/** After the end of a registration, in ms, until Asterisk is asked whether it was renewed: it tells of no renewal. */
const GRACE = 2000;
const AGENT_LENGTH = 100;

export class EdgeContacts {
  readonly #deps: EdgeContactsDeps;
  readonly #contacts = new Map<string, EdgeContact>();
  #timer: Disposer | null = null;

  constructor(deps: EdgeContactsDeps) {
    this.#deps = deps;
  }

  all(): readonly EdgeContact[] {
    const now = this.#deps.clock.now();
    return [...this.#contacts.values()].filter(({ binding }) => binding.expiresAt + GRACE > now);
  }

  of(user: string): readonly EdgeContact[] {
    return this.all().filter(({ binding }) => binding.user === user);
  }

  /** All that Asterisk has now; `probe` names a channel that is made for the question and removed again. Errors: those of ARI. */
  async readAll(probe: string): Promise<void> {
    const { ari } = this.#deps;
    const channel = `${PROBE_PREFIX}${probe}`;
    await ari.createChannel(channel, "Local/registrations@phones", STASIS_APP);
    let ids: readonly string[];
    try {
      const keys = await ari.variable(channel, "DB_KEYS(registrar/contact)");
      ids = keys.split(",").filter((id) => id !== "");
    } finally {
      await ari.hangUp(channel, 16);
    }
    for (const id of this.#contacts.keys()) if (!ids.includes(id)) this.#contacts.delete(id);
    for (const id of ids) await this.#read(id);
    this.#arm();
  }

  /** Asterisk told of a change of the phone at `uri`. */
  async changed(user: string, uri: string, removed: boolean): Promise<void> {
    const id = contactId(user, uri);
    if (removed) this.#contacts.delete(id);
    else await this.#read(id);
    this.#arm();
  }

  /** Ends the registrations of an account. Errors: those of ARI. */
  async remove(user: string): Promise<void> {
    const ids = [...this.#contacts].filter(([, { binding }]) => binding.user === user).map(([id]) => id);
    for (const id of ids) {
      this.#contacts.delete(id);
      await this.#deps.ari.removeObject("contact", id);
    }
  }

  /** Ends those of accounts that are not there any more. Errors: those of ARI. */
  async removeUnwanted(): Promise<void> {
    const users = new Set([...this.#contacts.values()].map(({ binding }) => binding.user));
    for (const user of users) if (!this.#deps.wanted(user)) await this.remove(user);
  }

  stop(): void {
    this.#timer?.();
    this.#timer = null;
  }

  async #read(id: string): Promise<void> {
    const { ari, wanted } = this.#deps;
    const user = id.slice(0, id.lastIndexOf(";@"));
    if (!wanted(user)) {
      this.#contacts.delete(id);
      await ari.removeObject("contact", id);
      return;
    }
    const fields = await ari.object("contact", id);
    const contact = fields === null ? null : contactOf(id, user, fields);
    if (contact === null) this.#contacts.delete(id);
    else this.#contacts.set(id, contact);
  }

  #arm(): void {
    this.stop();
    const ends = [...this.#contacts.values()].map(({ binding }) => binding.expiresAt);
    if (ends.length === 0) return;
    const wait = Math.max(0, Math.min(...ends) - this.#deps.clock.now()) + GRACE;
    this.#timer = this.#deps.clock.after(millis(wait), "end of a registration", () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const now = this.#deps.clock.now();
    const due = [...this.#contacts.values()].filter(({ binding }) => binding.expiresAt <= now);
    try {
      for (const { id } of due) {
        await this.#read(id);
        if ((this.#contacts.get(id)?.binding.expiresAt ?? now) < now) this.#contacts.delete(id);
      }
    } catch (error) {
      // The connection is gone; all are read anew when it is back.
      this.#deps.log.info("registrations_unread", { reason: messageOf(error) });
      for (const { id } of due) this.#contacts.delete(id);
    }
    this.#arm();
  }
}

/** What Asterisk calls the registration of `user` at `uri`. */
export function contactId(user: string, uri: string): string {
  return `${user};@${createHash("md5").update(uri).digest("hex")}`;
}

/** Null when the fields are not those of a contact. */
export function contactOf(id: string, user: string, fields: ReadonlyMap<string, string>): EdgeContact | null {
  const uri = fields.get("uri") ?? "";
  const expiresAt = Number(fields.get("expiration_time"));
  // Anything else in an address of a phone cannot be dialled.
  if (!/^sips?:[\x21-\x7e]{1,500}$/.test(uri) || !Number.isFinite(expiresAt)) return null;
  const agent = (fields.get("user_agent") ?? "").replace(/[^\x20-\x7e]/g, "").slice(0, AGENT_LENGTH);
  const binding: SipBinding = {
    user,
    agent: agent === "" ? null : agent,
    transport: transportOf(uri),
    expiresAt: inMs(expiresAt),
  };
  return { id, uri, binding };
}

function transportOf(uri: string): SipBinding["transport"] {
  const named = /;transport=(\w+)/i.exec(uri)?.[1]?.toLowerCase();
  if (named === "tcp" || named === "tls" || named === "ws" || named === "wss") return named;
  return uri.startsWith("sips:") ? "tls" : "udp";
}

function inMs(seconds: number): UnixMs {
  return unixMs(seconds * 1000);
}
