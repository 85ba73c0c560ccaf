// Hosts of EmerDNS over the simulated node, with time that the test moves.

import { describe, expect, it, onTestFinished } from "vitest";
import { AppError, hours, minutes, Secret, seconds, utf8 } from "../../../src/base/index.ts";
import { systemClock } from "../../../src/base/system-clock.ts";
import { systemRandom } from "../../../src/base/system-random.ts";
import { createEmercoinNode, httpTransport } from "../../../src/chain/index.ts";
import { DnsFinder, type DnsNode } from "../../../src/core/index.ts";
import { startSimEmercoin } from "../../sim/emercoin/index.ts";
import { MemorySettings } from "../../sim/memory-settings.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { RecordingLogger } from "../core-rig.ts";

const SUFFIXES = [".coin", ".ness"];
const PIN = "ab".repeat(32);
const OTHER = "cd".repeat(32);

async function scene(names: Readonly<Record<string, string>>) {
  const sim = await startSimEmercoin({ clock: systemClock, random: systemRandom });
  const transport = httpTransport({ url: sim.url, credentials: async () => new Secret("emc:emc") });
  const real = createEmercoinNode({ transport: transport.send, clock: systemClock });
  onTestFinished(async () => {
    real.stop();
    transport.close();
    await sim.stop();
  });
  sim.plant(Object.entries(names).map(([host, value]) => ({ name: `dns:${host}`, value, days: 30 })));
  const state: { isAway: boolean; isHung: boolean; isSynced: boolean; asked: string[] } = {
    ...{ isAway: false, isHung: false, isSynced: true, asked: [] },
  };
  const away = () => new AppError("emercoin.unreachable", "the node is away", { retryable: true });
  const node: DnsNode = {
    status: async () => ({ ...(await real.status()), synced: state.isSynced }),
    name: async (name) => {
      if (state.isHung) return await new Promise(() => {});
      if (state.isAway) throw away();
      state.asked.push(name.slice(4));
      return await real.name(name);
    },
  };
  const [clock, log, store] = [new VirtualClock(), new RecordingLogger(), new MemorySettings()];
  const open = async () => {
    const finder = new DnsFinder({ node, suffixes: SUFFIXES, store, clock, log });
    await finder.load();
    return finder;
  };
  const finder = await open();
  return {
    ...{ sim, clock, log, store, state, open, finder },
    /** `address… pin…`, or the code. */
    find: async (host: string, by = finder) => {
      const found = await by.find(host).catch((error: AppError) => error.code);
      return typeof found === "string"
        ? found
        : [...found.addresses, ...found.pins.map((pin) => pin.slice(0, 2))].join(" ");
    },
    change: async (host: string, value: string) => {
      await sim.call("name_update", [`dns:${host}`, Buffer.from(utf8(value)).toString("base64"), 0, "", "base64"]);
      sim.mine(1);
    },
  };
}

describe("finding a host of EmerDNS", () => {
  it("reads the registered name, and a subdomain's own record only where the parent names it", async () => {
    const { find, state, finder } = await scene({
      "shop.coin": `A=192.0.2.1|TXT=numberbox-cert=${PIN}|SD=www,gone`,
      "www.shop.coin": `A=192.0.2.2|TXT=numberbox-cert=${OTHER}|SD=*`,
      "deep.www.shop.coin": "AAAA=2001:db8::3",
      "mail.shop.coin": "A=192.0.2.66",
      "orphan.lone.coin": "A=192.0.2.67",
    });
    expect([finder.owns("shop.coin"), finder.owns("shop.example"), finder.owns("192.0.2.1")]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await find("Shop.coin.")).toBe("192.0.2.1 ab");
    expect(await find("www.shop.coin")).toBe("192.0.2.2 cd");
    expect(await find("deep.www.shop.coin")).toBe("2001:db8::3");
    expect(await find("mail.shop.coin")).toBe("192.0.2.1 ab");
    expect(state.asked).not.toContain("mail.shop.coin");
    expect(await find("gone.shop.coin")).toBe("dns.unknown");
    expect(await find("orphan.lone.coin")).toBe("dns.unknown");
  });

  it("follows two aliases and no third; the name that is asked for says which certificate it has", async () => {
    const { find } = await scene({
      "one.coin": `CNAME=two.coin|TXT=numberbox-cert=${PIN}`,
      "two.coin": "CNAME=three.coin|TTL=300",
      "three.coin": `A=192.0.2.3|TXT=numberbox-cert=${OTHER}`,
      "zero.coin": "CNAME=one.coin",
      "ring.coin": "CNAME=ring.coin",
      "out.coin": `CNAME=relay.example|TXT=numberbox-cert=${PIN}`,
      "bare.coin": "A=0.0.0.0",
      "odd.coin": "hello",
    });
    expect(await find("one.coin")).toBe("192.0.2.3 ab");
    expect(await find("two.coin")).toBe("192.0.2.3 cd");
    expect(await find("zero.coin")).toBe("dns.too_many_aliases");
    expect(await find("ring.coin")).toBe("dns.too_many_aliases");
    expect(await find("out.coin")).toBe("relay.example ab");
    expect(await find("bare.coin")).toBe("dns.no_address");
    expect(await find("odd.coin")).toBe("dns.bad_record");
  });

  it("keeps a record for as long as it says, between a minute and a day", async () => {
    const { find, change, clock, state } = await scene({
      "short.coin": "A=192.0.2.1|TTL=1",
      "usual.coin": "A=192.0.2.1|TTL=600",
      "long.coin": "A=192.0.2.1|TTL=9999999",
    });
    const hosts = ["short.coin", "usual.coin", "long.coin"];
    for (const host of hosts) await find(host);
    for (const host of hosts) await change(host, "A=192.0.2.9|TTL=600");
    const all = async () => (await Promise.all(hosts.map((host) => find(host)))).map((text) => text.at(-1)).join("");
    await clock.advance(seconds(59));
    expect(await all()).toBe("111");
    await clock.advance(seconds(1));
    expect(await all()).toBe("911");
    await clock.advance(minutes(9));
    expect(await all()).toBe("991");
    await clock.advance(hours(24));
    const before = state.asked.length;
    await Promise.all([find("long.coin"), find("long.coin")]);
    expect(state.asked.length).toBe(before + 1);
    expect(await all()).toBe("999");
  });

  it("asks anew when an address did not serve, and takes the next one", async () => {
    const { finder, find, change } = await scene({ "a.coin": "A=192.0.2.1,192.0.2.2|TTL=3600" });
    const [first, second] = [await finder.find("a.coin"), await finder.find("a.coin")];
    first.failed();
    second.failed();
    expect(await find("a.coin")).toBe("192.0.2.2 192.0.2.1");
    await change("a.coin", "A=192.0.2.7");
    (await finder.find("a.coin")).failed();
    expect(await find("a.coin")).toBe("192.0.2.7");
  });

  it("refuses a name that was deleted or has expired, though it was known", async () => {
    const { find, sim, clock, state } = await scene({ "gone.coin": "A=192.0.2.1", "old.coin": "A=192.0.2.1" });
    expect([await find("gone.coin"), await find("old.coin")]).toEqual(["192.0.2.1", "192.0.2.1"]);
    await sim.call("name_delete", ["dns:gone.coin"]);
    sim.mine(1);
    await clock.advance(hours(2));
    expect([await find("gone.coin"), await find("old.coin")]).toEqual(["dns.unknown", "192.0.2.1"]);
    sim.mine(30 * 175 + 1, { empty: true });
    await clock.advance(hours(2));
    expect(await find("old.coin")).toBe("dns.unknown");
    state.isAway = true;
    expect([await find("gone.coin"), await find("old.coin")]).toEqual(["dns.node_away", "dns.node_away"]);
  });
});

describe("while the node is away", () => {
  it("the last known record serves for seven days, over a restart too", async () => {
    const { find, open, clock, state } = await scene({ "a.coin": `A=192.0.2.1|TXT=numberbox-cert=${PIN}` });
    expect(await find("a.coin")).toBe("192.0.2.1 ab");
    state.isAway = true;
    await clock.advance(hours(6 * 24));
    expect(await find("a.coin")).toBe("192.0.2.1 ab");
    const restarted = await open();
    expect(await find("a.coin", restarted)).toBe("192.0.2.1 ab");
    await clock.advance(hours(24));
    expect(await find("a.coin", restarted)).toBe("dns.node_away");
    expect(await find("b.coin", restarted)).toBe("dns.node_away");
  });

  it("a node that says nothing is waited for five seconds, then asked again after thirty", async () => {
    const { finder, find, clock, state, change } = await scene({ "a.coin": "A=192.0.2.1" });
    await find("a.coin");
    await clock.advance(hours(1));
    state.isHung = true;
    const found = finder.find("a.coin");
    // The node's first answer comes in real time.
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(seconds(5));
    expect((await found).addresses).toEqual(["192.0.2.1"]);
    state.isHung = false;
    await change("a.coin", "A=192.0.2.2");
    expect(await find("a.coin")).toBe("192.0.2.1");
    await clock.advance(seconds(30));
    expect(await find("a.coin")).toBe("192.0.2.2");
  });

  it("one that still loads the chain is not believed", async () => {
    const { find, state, clock } = await scene({ "a.coin": "A=192.0.2.1" });
    state.isSynced = false;
    expect(await find("a.coin")).toBe("dns.node_away");
    state.isSynced = true;
    expect(await find("a.coin")).toBe("192.0.2.1");
    state.isSynced = false;
    await clock.advance(hours(2));
    expect(await find("a.coin")).toBe("192.0.2.1");
  });

  it("what the store cannot keep or give back is asked for anew", async () => {
    const { find, open, log, store } = await scene({ "a.coin": "A=192.0.2.1" });
    store.values.set("emerdns.known", '{"a.coin":{"addresses":[]}}');
    const finder = await open();
    store.failure = new Error("disk full");
    expect(await find("a.coin", finder)).toBe("192.0.2.1");
    expect(JSON.stringify(log.lines)).toMatch(/emerdns_forgotten.*emerdns_not_kept/);
  });
});
