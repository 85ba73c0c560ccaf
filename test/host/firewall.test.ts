import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { type FirewallOpening, nftRuleset } from "../../src/host/index.ts";

const opening = (more: Partial<FirewallOpening> = {}): FirewallOpening => ({
  ...{ protocol: "tcp", ports: [443, 443], from: null, what: "console" },
  ...more,
});
const hasNft = spawnSync("nft", ["--version"]).error === undefined;
const rulesOf = (text: string): readonly string[] => text.split("\n").filter((line) => line.includes("comment"));

describe("the firewall's rules", () => {
  it("open a port, a range, and a port for some networks", () => {
    const text = nftRuleset([
      opening(),
      opening({ protocol: "udp", ports: [20_000, 20_199], what: "sound of calls" }),
      opening({ ports: [22, 22], from: ["192.0.2.0/24", "2001:db8::/32"], what: "SSH" }),
    ]);
    expect(rulesOf(text).map((line) => line.trim())).toEqual([
      'tcp dport 443 accept comment "console"',
      'udp dport 20000-20199 accept comment "sound of calls"',
      'ip saddr 192.0.2.0/24 tcp dport 22 accept comment "SSH"',
      'ip6 saddr 2001:db8::/32 tcp dport 22 accept comment "SSH"',
    ]);
  });

  it("drop everything else that comes in, and all that goes through", () => {
    const text = nftRuleset([]);
    expect(text.match(/policy drop/g)).toHaveLength(2);
    expect(rulesOf(text)).toEqual([]);
    expect(text).toContain('iifname "lo" accept');
  });

  it("drop what comes too fast from one address before anything is accepted, of a flow that is up too", () => {
    const limit = { perSecond: 30, burst: 300 };
    const text = nftRuleset([opening({ ports: [5061, 5061], what: "SIP over TLS", limit })]);
    const at = (part: string): number => text.indexOf(part);
    expect(
      at("tcp dport 5061 update @tcp_5061_v4 { ip saddr limit rate over 30/second burst 300 packets }"),
    ).toBeGreaterThan(0);
    expect(at("update @tcp_5061_v6 { ip6 saddr and ffff:ffff:ffff:ffff::")).toBeGreaterThan(0);
    expect(at("update @tcp_5061_v6")).toBeLessThan(at("ct state"));
    expect(at('iifname "lo" accept')).toBeLessThan(at("update @tcp_5061_v4"));
  });

  it("say a thing once", () => {
    expect(rulesOf(nftRuleset([opening(), opening()]))).toHaveLength(1);
  });

  it.each<[string, Partial<FirewallOpening>]>([
    ["a port above all", { ports: [65_536, 65_536] }],
    ["port 0", { ports: [0, 0] }],
    ["a range that ends before it begins", { ports: [2, 1] }],
    ["a fraction", { ports: [1.5, 1.5] }],
    ["words that end the comment", { what: 'x" ; accept ; #' }],
    ["a network that is more", { from: ["192.0.2.0/24; accept"] }],
  ])("refuse %s", (_name, more) => {
    expect(() => nftRuleset([opening(more)])).toThrow(expect.objectContaining({ code: "host.bad_opening" }));
  });

  it("open the own access point on its interface only, and shut everything else there", () => {
    const own = { name: "wlan0", openings: [opening({ protocol: "udp", ports: [67, 67], what: "DHCP" })] };
    const lines = rulesOf(nftRuleset([opening({ ports: [22, 22], what: "SSH" })], own)).map((line) => line.trim());
    expect(lines).toEqual([
      'iifname "wlan0" udp dport 67 accept comment "DHCP"',
      'iifname "wlan0" drop comment "own access point"',
      'tcp dport 22 accept comment "SSH"',
    ]);
    expect(rulesOf(nftRuleset([], null))).toEqual([]);
  });

  it.each(['wlan0" accept', "", "a-name-that-is-too-long", "../x"])("refuse an interface named %s", (name) => {
    expect(() => nftRuleset([], { name, openings: [] })).toThrow(expect.objectContaining({ code: "host.bad_opening" }));
  });

  it.skipIf(!hasNft)("are taken by nft (skipped where it is not installed)", () => {
    const text = nftRuleset(
      [
        opening(),
        opening({ protocol: "udp", ports: [20_000, 20_199], what: "sound of calls" }),
        opening({ ports: [22, 22], from: ["192.0.2.0/24", "2001:db8::/32"], what: "SSH" }),
        opening({ ports: [5061, 5061], what: "SIP over TLS", limit: { perSecond: 30, burst: 300 } }),
      ],
      { name: "wlan0", openings: [opening()] },
    );
    const { status, stderr } = spawnSync("nft", ["-c", "-f", "-"], { input: text, encoding: "utf8" });
    // Without CAP_NET_ADMIN it cannot look at what is loaded, which is no fault of the rules.
    if (/Operation not permitted/.test(stderr)) return;
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});
