// Where a relay's mirror is, by name: EmerDNS records, published for a relay's operator and read by those who look for it.

import { AppError, equalBytes, fromUtf8, utf8 } from "../../base/index.ts";
import { dnsName, mirrorOf, mirrorValue, type RelayMirror } from "../../registry/index.ts";
import type { NamePlan, NamePublication, NamePublisher, NameWish } from "./name-publication.ts";
import type { NameReader } from "./ports-chain.ts";

export interface DnsRequest extends RelayMirror {
  readonly subdomains?: readonly string[] | undefined;
  /** Seconds. */
  readonly ttl: number;
  /** Term of a new name, and of a renewal. */
  readonly days: number;
}

/** Errors: `dns.unknown`, `dns.bad_record`, the node's. */
export async function showMirror(node: Pick<NameReader, "name">, host: string): Promise<RelayMirror> {
  const record = await node.name(dnsName(host));
  if (record?.state === "active") return mirrorOf(host, fromUtf8(record.value));
  throw new AppError("dns.unknown", `the chain has no EmerDNS record of ${host}`, {
    hint: "Check the host's name. Its record may have expired: ask the relay's operator.",
  });
}

export class DnsPublishing {
  readonly #deps: { readonly node: Pick<NameReader, "name">; readonly publisher: NamePublisher };

  constructor(deps: { readonly node: Pick<NameReader, "name">; readonly publisher: NamePublisher }) {
    this.#deps = deps;
  }

  async show(host: string): Promise<RelayMirror> {
    return await showMirror(this.#deps.node, host);
  }

  /** Errors: `dns.bad_record`. */
  async plan(request: DnsRequest): Promise<NamePlan> {
    return await this.#deps.publisher.plan(await this.#wish(request));
  }

  /** Resolves when the wish is durable. Errors: `dns.bad_record`, the publisher's. */
  async publish(request: DnsRequest): Promise<NamePublication> {
    return await this.#deps.publisher.submit(await this.#wish(request));
  }

  /** A name that stands is updated and keeps its term; one that says the same already is renewed. */
  async #wish({ host, addresses, key, certificates, subdomains = [], ttl, days }: DnsRequest): Promise<NameWish> {
    const name = dnsName(host);
    const text = mirrorValue({ addresses, key, certificates, subdomains }, ttl);
    const record = await this.#deps.node.name(name);
    const base = { purpose: "dns", name, value: utf8(text), address: null } as const;
    if (record?.state !== "active") return { ...base, operation: "new", days };
    return { ...base, operation: "update", days: equalBytes(record.value, base.value) ? days : 0 };
  }
}
