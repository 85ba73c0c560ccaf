// The box's identity on the chain: its WORM record, published, renewed, and rotated to new keys.

import { AppError, type CryptoSuite, fromUtf8, isAppError, toBase64url, utf8 } from "../../base/index.ts";
import { type Identity, wormXml } from "../../envelope/index.ts";
import { verifyWorm, WORM_USER } from "../../registry/index.ts";
import type { NamePlan, NamePublication, NamePublisher, NameWish } from "./name-publication.ts";
import type { NameReader, NameRecord } from "./ports-chain.ts";

export type IdentityAction = "publish" | "renew" | "rotate";

/**
 * `absent`: no such name · `current`: the chain has our keys · `rotated`: ours by its owner, with other keys · `foreign`: somebody else's
 * name · `expired` and `deleted` say what they mean.
 */
export type IdentityOnChain = "absent" | "current" | "rotated" | "foreign" | "expired" | "deleted";

export interface IdentityView {
  readonly name: string;
  readonly verify: string;
  readonly state: IdentityOnChain;
  readonly address: string | null;
  readonly txid: string | null;
  readonly expiresAt: number | null;
  /** Why the record in the chain cannot be read; null where it can. */
  readonly fault: { readonly code: string; readonly message: string } | null;
  readonly publication: NamePublication | null;
}

export interface IdentityPublishingDeps {
  readonly publisher: NamePublisher;
  readonly node: NameReader & { owns(address: string): Promise<boolean> };
  readonly suite: CryptoSuite;
  readonly identity: Identity;
  /** The name on the chain, behind `worm:user:ness:`. */
  readonly username: string;
  readonly days: number;
}

export class IdentityPublishing {
  readonly #deps: IdentityPublishingDeps;

  constructor(deps: IdentityPublishingDeps) {
    this.#deps = deps;
  }

  get name(): string {
    return WORM_USER + this.#deps.username;
  }

  /** Rejects with the node's fault. */
  async view(): Promise<IdentityView> {
    const { publisher, node, identity } = this.#deps;
    const record = await node.name(this.name);
    const base = { name: this.name, verify: toBase64url(identity.verify), publication: publisher.latest(this.name) };
    if (record === null) return { ...base, state: "absent", address: null, txid: null, expiresAt: null, fault: null };
    const { address, txid, expiresAt } = record;
    return { ...base, address, txid, expiresAt, ...(await this.#judge(record)) };
  }

  /** The address that owns our identity on chain; null where it is not ours or not there. */
  async owner(): Promise<string | null> {
    const { state, address } = await this.view();
    return state === "current" || state === "rotated" ? address : null;
  }

  async plan(action: IdentityAction): Promise<NamePlan> {
    return await this.#deps.publisher.plan(await this.#wish(action));
  }

  /** Resolves when the wish is durable. Errors: `identity.published`, `identity.not_published`, `identity.unchanged`, the publisher's. */
  async act(action: IdentityAction): Promise<NamePublication> {
    return await this.#deps.publisher.submit(await this.#wish(action));
  }

  async #judge(record: NameRecord): Promise<Pick<IdentityView, "state" | "fault">> {
    const { suite, identity, node } = this.#deps;
    if (record.state !== "active") return { state: record.state, fault: null };
    const owned = await node.owns(record.address);
    try {
      const { verify } = verifyWorm(suite, record);
      const same = verify === toBase64url(identity.verify);
      return { state: owned ? (same ? "current" : "rotated") : "foreign", fault: null };
    } catch (error) {
      if (!isAppError(error)) throw error;
      return { state: owned ? "rotated" : "foreign", fault: { code: error.code, message: error.message } };
    }
  }

  async #wish(action: IdentityAction): Promise<NameWish> {
    const { node, identity, username, days } = this.#deps;
    const record = await node.name(this.name);
    const active = record?.state === "active" ? record : null;
    const value = utf8(wormXml({ ...identity, name: username }));
    const base = { purpose: "worm" as const, name: this.name, value, address: null };
    if (action === "publish") {
      if (active !== null)
        throw refused("identity.published", "the name is on the chain already", "Renew it, or rotate its keys.");
      return { ...base, operation: "new", days };
    }
    if (active === null)
      throw refused("identity.not_published", "the identity is not on the chain", "Publish it first.");
    const same = fromUtf8(active.value) === fromUtf8(value);
    if (action === "rotate" && same)
      throw refused("identity.unchanged", "the chain has these keys already", "Import other keys first.");
    if (action === "renew") return { ...base, value: active.value, operation: "update", days };
    return { ...base, operation: "update", days: 0 };
  }
}

function refused(code: `identity.${string}`, message: string, hint: string): AppError {
  return new AppError(code, message, { hint });
}
