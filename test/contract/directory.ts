// What phone numbers and hosts in the chain must do over any node, simulated or real.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  AppError,
  e164,
  fromUtf8,
  lineId,
  microEmc,
  millis,
  Secret,
  silentLogger,
  toHex,
  utf8,
} from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import type { EmercoinNode } from "../../src/chain/index.ts";
import {
  createNamePublisher,
  DnsPublishing,
  EnumPublishing,
  type EnumRequest,
  type EnumSettings,
  type NamePublication,
  type RunningPublisher,
} from "../../src/core/index.ts";
import { addressText, hash160, nameFee, signMessage } from "../../src/emercoin/index.ts";
import { nobleCoin } from "../../src/envelope/index.ts";
import { enumName, lintPublication } from "../../src/registry/index.ts";
import { openGate } from "../core/chain/publisher-rig.ts";
import { askEmerDns, TYPE } from "../sim/emer-dns.ts";
import { MemoryPublicationStore } from "../sim/memory-publications.ts";
import type { NodeUnderTest } from "./emercoin-node.ts";

const VERIFIER = "ver:enum";
/** A key that no wallet has. */
const STRANGER = new Secret(systemRandom.bytes(32));
const strangerAddress = addressText(
  nobleCoin,
  { kind: "p2wpkh", hash: hash160(nobleCoin, nobleCoin.publicKey(STRANGER.reveal())) },
  "regtest",
);

const digits = (): string => `999${[...systemRandom.bytes(9)].map((byte) => byte % 10).join("")}`;

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "no error",
    (error) => (error instanceof AppError ? error.code : String(error)),
  );
}

/** One line of a box, and its way into the chain. */
class Desk {
  readonly number = e164(`+${digits()}`);
  readonly publisher: RunningPublisher;
  readonly numbers: EnumPublishing;
  readonly hosts: DnsPublishing;
  readonly #under: NodeUnderTest;

  constructor(under: NodeUnderTest, node: EmercoinNode, over: Partial<EnumSettings> & { readonly listed?: boolean }) {
    this.#under = under;
    const { listed = false, ...changed } = over;
    this.publisher = createNamePublisher({
      ...{ node, clock: systemClock, random: systemRandom, log: silentLogger, store: new MemoryPublicationStore() },
      ...{
        gate: openGate,
        now: () => systemClock.now(),
        pollEvery: millis(50),
        rules: { confirmations: 3, margin: 20 },
      },
      lint: ({ operation, purpose, name, value }) => {
        if (operation !== "delete") lintPublication({ crypto: nobleCoin, purpose, name, value, secrets: [] });
      },
      nameFee: ({ operation, days, name, value }, lastPowReward) =>
        nameFee({ operation, days, nameBytes: name.length, valueBytes: value.length, lastPowReward }),
    });
    const settings = { enabled: true, verifier: VERIFIER, address: null, ttl: 300, days: 30, ...changed };
    this.numbers = new EnumPublishing({
      ...{ node, gate: openGate, publisher: this.publisher, crypto: nobleCoin, settings },
      line: () => ({ id: lineId("line-1"), number: this.number, listed }),
      otherNames: () => [VERIFIER],
    });
    this.hosts = new DnsPublishing({ node, publisher: this.publisher });
  }

  request(over: Partial<EnumRequest> = {}): EnumRequest {
    const consent = { confirmNumber: this.number, despiteListing: false };
    return { line: "line-1", sip: "sip:alice@example.coin", signature: null, ...consent, ...over };
  }

  /** Until three blocks are on it. */
  async settle({ id }: NamePublication): Promise<NamePublication> {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.publisher.get(id)?.state === "waiting") return;
        dispose();
        resolve();
      };
      const dispose = this.publisher.onChange(look);
      look();
    });
    await this.#under.mine(3);
    return await this.publisher.settled(id, AbortSignal.timeout(20_000));
  }
}

export function directoryContract(title: string, open: () => Promise<NodeUnderTest>, resolves: boolean): void {
  describe(title, () => {
    let under: NodeUnderTest;
    let node: EmercoinNode;
    const desks: Desk[] = [];

    async function desk(over: Partial<EnumSettings> & { readonly listed?: boolean } = {}): Promise<Desk> {
      const made = new Desk(under, node, over);
      desks.push(made);
      await made.publisher.load();
      made.publisher.start();
      return made;
    }

    async function own(name: string, address: string, value = "x"): Promise<void> {
      const txid = await node.newName({ name, value: utf8(value), days: 30, address });
      // Blocks of others may come before ours where the node is shared.
      for (let round = 0; round < 5 && (await node.name(name))?.txid !== txid; round++) await under.mine(1);
    }

    beforeAll(async () => {
      under = await open();
      node = under.client();
      const verifier = await node.name(VERIFIER);
      if (verifier?.state !== "active") await own(VERIFIER, await node.newAddress("verifier", "legacy"));
    }, 60_000);

    afterAll(async () => {
      for (const each of desks) await each.publisher.stop();
      node.stop();
      await under.stop();
    });

    it("a number is written, vouched for, changed, renewed and removed, under an address of its own", async () => {
      const { numbers, request, settle, number, publisher } = bound(await desk());
      const name = enumName(number, 0);
      const first = await settle(await numbers.publish(request()));
      const before = await node.name(name);
      expect(first).toMatchObject({ state: "done", address: before?.address });
      expect(before?.address).not.toBe((await node.name(VERIFIER))?.address);
      expect(fromUtf8(before?.value ?? new Uint8Array())).toMatch(
        /^SIG=ver:enum\|[A-Za-z0-9+/]{87}=\nTTL=300\nE2U\+sip=100\|10\|!\^\.\*\$!sip:alice@example\.coin!$/,
      );
      const answer = { name, form: "emer_enum", ttl: 300, vouchedBy: [VERIFIER], order: 100, preference: 10 };
      expect(await numbers.lookup(number)).toEqual({
        answers: [{ ...answer, service: "sip", uri: "sip:alice@example.coin" }],
        faults: [],
      });
      if (resolves) await resolverAnswers(number, "sip:alice@example.coin");

      await settle(await numbers.publish(request({ sip: "sip:bob@example.coin" })));
      const changed = await node.name(name);
      expect(changed).toMatchObject({ address: before?.address, expiresAt: before?.expiresAt });
      expect((await numbers.lookup(number)).answers).toMatchObject([{ uri: "sip:bob@example.coin" }]);
      expect((await numbers.plan(request({ sip: "sip:bob@example.coin" }))).warnings.at(-1)).toMatch(/another 30 days/);
      await settle(await numbers.publish(request({ sip: "sip:bob@example.coin" })));
      expect((await node.name(name))?.expiresAt).toBe((before?.expiresAt ?? 0) + 30 * 175);

      expect(await numbers.planRemoval("line-1")).toMatchObject({ wish: { operation: "delete", name }, problem: null });
      await settle(await numbers.remove("line-1"));
      expect(await numbers.lookup(number)).toEqual({ answers: [], faults: [] });
      if (resolves) expect((await askEmerDns(`${reversed(number)}.enum`, TYPE.NAPTR)).code).toBe(3);
      expect(await codeOf(numbers.remove("line-1"))).toBe("enum.not_published");
      expect(publisher.list().map((each) => each.wish.operation)).toEqual(["new", "update", "update", "delete"]);
    });

    it("a plan tells value, cost and what lacks, and writes nothing", async () => {
      const { numbers, request, publisher, number } = bound(await desk({ listed: true }));
      const height = await node.height();
      const plan = await numbers.plan(request({ confirmNumber: "" }));
      expect(plan).toMatchObject({ wish: { name: enumName(number, 0) }, problem: { code: "enum.not_confirmed" } });
      expect(plan.cost).toBeGreaterThan(microEmc(0));
      expect(plan.warnings.join("\n")).toMatch(/for ever[\s\S]*blind listing/);
      expect((await numbers.plan(request())).problem?.code).toBe("enum.listed");
      expect((await numbers.plan(request({ despiteListing: true }))).problem).toBeNull();
      expect(await codeOf(numbers.publish(request()))).toBe("enum.listed");
      expect(await codeOf(numbers.publish(request({ confirmNumber: "+15550199", despiteListing: true })))).toBe(
        "enum.not_confirmed",
      );
      expect(publisher.list()).toEqual([]);
      expect((await node.pendingNames()).filter((each) => each.name.startsWith(`enum:${number.slice(1)}`))).toEqual([]);
      expect(await node.height()).toBe(height);
    });

    it("nothing is published while it is switched off, and what stands can still be looked up and removed", async () => {
      const { numbers, request, number } = bound(await desk({ enabled: false }));
      expect(await codeOf(numbers.plan(request()))).toBe("enum.disabled");
      expect(await codeOf(numbers.publish(request()))).toBe("enum.disabled");
      await own(enumName(number, 0), await node.newAddress("enum"), "E2U+sip=1|1|!^.*$!sip:a@b.example!");
      expect((await numbers.lookup(number)).answers).toMatchObject([{ vouchedBy: [] }]);
      expect((await numbers.planRemoval("line-1")).problem).toBeNull();
    });

    it("goes behind another's record, and a signature of a verifier elsewhere is checked before it is paid for", async () => {
      const verifier = `ver:${toHex(systemRandom.bytes(6))}`;
      await own(verifier, strangerAddress);
      const { numbers, request, number } = bound(await desk({ verifier }));
      await own(enumName(number, 0), strangerAddress, "E2U+sip=50|10|!^.*$!sip:eve@example.coin!");
      expect(await codeOf(numbers.plan(request()))).toBe("enum.not_verifier");
      const wrong = signMessage(nobleCoin, STRANGER, enumName(number, 0));
      expect(await codeOf(numbers.plan(request({ signature: wrong })))).toBe("enum.bad_signature");
      const signature = signMessage(nobleCoin, STRANGER, enumName(number, 1));
      const plan = await numbers.plan(request({ signature }));
      expect(plan).toMatchObject({ wish: { name: enumName(number, 1), operation: "new" }, problem: null });
      await own(enumName(number, 1), await node.newAddress("enum"), fromUtf8(plan.wish.value));
      expect((await numbers.lookup(number)).answers).toMatchObject([
        { uri: "sip:eve@example.coin", vouchedBy: [] },
        { uri: "sip:alice@example.coin", vouchedBy: [verifier] },
      ]);
    });

    it("a fixed owner's address is used, unless it owns another name or is not ours", async () => {
      const address = await node.newAddress("enum");
      const { numbers, request } = bound(await desk({ address }));
      expect((await numbers.plan(request())).wish).toMatchObject({ address });
      const linked = bound(await desk({ address: (await node.name(VERIFIER))?.address ?? "" }));
      expect(await codeOf(linked.numbers.plan(linked.request()))).toBe("enum.linked_address");
      const foreign = bound(await desk({ address: strangerAddress }));
      expect(await codeOf(foreign.numbers.plan(foreign.request()))).toBe("enum.foreign_address");
      const nobody = bound(await desk({ verifier: `ver:${toHex(systemRandom.bytes(6))}` }));
      expect(await codeOf(nobody.numbers.plan(nobody.request()))).toBe("enum.no_verifier");
    });

    it("the two older forms are read too, and a record that nobody can read is named", async () => {
      const { numbers, number } = bound(await desk());
      const owner = await node.newAddress("enum");
      const older = `enum:${[...number.slice(1)].reverse().join(".")}.e164.arpa`;
      await own(older, owner, 'IN NAPTR 100 20 "u" "E2U+sip" "!^.*$!sip:z@x.example!" .');
      expect((await numbers.lookup(number)).answers).toMatchObject([{ form: "zone_file", name: older }]);
      await own(enumName(number, 0), owner, '"!^.*$!sip:a@x.example!"|"!^.*$!sip:b@x.example!"');
      await own(enumName(number, 1), owner, "hello");
      const { answers, faults } = await numbers.lookup(number);
      expect(answers.map(({ form, uri }) => `${form} ${uri}`)).toEqual([
        "backend sip:a@x.example",
        "backend sip:b@x.example",
        "zone_file sip:z@x.example",
      ]);
      expect(faults).toMatchObject([{ name: enumName(number, 1), code: "enum.bad_record" }]);
    });

    it("a relay's host is published, read back, changed, and resolved", async () => {
      const { hosts, settle } = bound(await desk());
      const host = `relay-${toHex(systemRandom.bytes(6))}.coin`;
      const key = "A".repeat(43);
      const wanted = {
        host,
        addresses: ["192.0.2.7", "2001:db8::7"],
        key,
        certificates: ["ab".repeat(32)],
        ttl: 120,
        days: 30,
      };
      expect(await codeOf(hosts.show(host))).toBe("dns.unknown");
      const plan = await hosts.plan(wanted);
      expect(plan).toMatchObject({ wish: { name: `dns:${host}`, operation: "new" }, problem: null });
      await settle(await hosts.publish(wanted));
      expect(await hosts.show(host)).toEqual({
        host,
        addresses: wanted.addresses,
        key,
        certificates: wanted.certificates,
      });
      if (resolves) {
        expect(await askEmerDns(host, TYPE.A)).toEqual({ code: 0, records: [{ ttl: 120, data: ["192.0.2.7"] }] });
        expect((await askEmerDns(host, TYPE.TXT)).records).toMatchObject([
          { data: [`numberbox-relay=${key}`, `numberbox-cert=${wanted.certificates[0]}`] },
        ]);
      }
      const moved = await hosts.plan({ ...wanted, addresses: ["192.0.2.8"], key: null });
      expect(moved).toMatchObject({ wish: { operation: "update", days: 0 }, problem: null });
      expect((await hosts.plan(wanted)).wish).toMatchObject({ operation: "update", days: 30 });
    });
  });
}

function bound(desk: Desk) {
  const { numbers, hosts, publisher, number } = desk;
  return {
    ...{ numbers, hosts, publisher, number },
    request: (over?: Partial<EnumRequest>) => desk.request(over),
    settle: (publication: NamePublication) => desk.settle(publication),
  };
}

const reversed = (number: string): string => [...number.slice(1)].reverse().join(".");

/** The node's own resolver, which trusts `ver:enum`, answers with our record; also for the older domain. */
async function resolverAnswers(number: string, uri: string): Promise<void> {
  const data = [100, 10, "u", "E2U+sip", `!^.*$!${uri}!`];
  for (const domain of ["enum", "e164.arpa"]) {
    const answer = await askEmerDns(`${reversed(number)}.${domain}`, TYPE.NAPTR);
    expect(answer, domain).toEqual({ code: 0, records: [{ ttl: 300, data }] });
  }
}
