// The firewall in a kernel: two network namespaces with a cable between them, real packets, and what arrives.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { nftRuleset } from "../../src/host/index.ts";

const PATH = `${process.env.PATH ?? ""}:/usr/sbin:/sbin`;
const env = { ...process.env, PATH };
const runs = (command: string, ...args: string[]) => spawnSync(command, args, { env, stdio: "ignore" }).status === 0;
const able =
  runs("nft", "--version") && runs("ip", "-V") && runs("unshare", "-rn", "sh", "-c", "nft list ruleset && ip link");
const why = able ? "" : " (skipped: needs nftables, iproute2 and network namespaces)";

/** The box is 192.0.2.1; what comes from outside comes over the cable from 192.0.2.2 and 192.0.2.3. */
const SCRIPT = `set -e
ip link set lo up
unshare -n sleep 60 & outside=$!
trap 'kill $outside' EXIT
ip link add inside type veth peer name outside
# A process that is only just started is still in this namespace.
until [ "$(readlink /proc/$outside/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link set outside netns $outside
out() { nsenter -t $outside -n "$@"; }
ip addr add 192.0.2.1/24 dev inside
ip link set inside up
out ip addr add 192.0.2.2/24 dev outside
out ip addr add 192.0.2.3/24 dev outside
out ip link set outside up
nft -f "$1/rules.nft"
"$2" "$1/receive.mjs" "$1" &
receiver=$!
until [ -e "$1/ready" ]; do sleep 0.05; done
out "$2" "$1/send.mjs"
wait $receiver
`;

/** Counts until the last packet, which comes to a port without a limit, or for 20 s. */
const RECEIVE = `import { createSocket } from "node:dgram";
import { writeFileSync, writeSync } from "node:fs";
const counts = {};
let bound = 0;
const end = () => { writeSync(1, JSON.stringify(counts)); process.exit(0); };
for (const port of [5060, 5353, 5354]) {
  const socket = createSocket("udp4");
  socket.on("message", (message, { address }) => {
    const key = address + " " + port;
    counts[key] = (counts[key] ?? 0) + 1;
    if (String(message) === "end") setTimeout(end, 200);
  });
  socket.bind(port, "192.0.2.1", () => ++bound === 3 && writeFileSync(process.argv[2] + "/ready", ""));
}
setTimeout(end, 20_000);
`;

const SEND = `import { createSocket } from "node:dgram";
import { setTimeout as sleep } from "node:timers/promises";
async function send(from, port, count, text) {
  const socket = createSocket("udp4");
  await new Promise((resolve) => socket.bind(0, from, resolve));
  for (let n = 0; n < count; n++) {
    await new Promise((resolve) => socket.send(text, port, "192.0.2.1", resolve));
    if (n % 50 === 49) await sleep(5);
  }
  socket.close();
}
await send("192.0.2.2", 5060, 1000, "REGISTER");
await send("192.0.2.3", 5060, 50, "REGISTER");
await send("192.0.2.2", 5354, 50, "to a port that is shut");
await send("192.0.2.2", 5353, 200, "mDNS");
await send("192.0.2.2", 5353, 1, "end");
`;

describe(`packets at the firewall${why}`, () => {
  it.skipIf(!able)(
    "above the limit are dropped for their sender alone, and at that port alone",
    () => {
      const folder = mkdtempSync(join(tmpdir(), "numberbox-packets-"));
      try {
        const common = { protocol: "udp", from: null } as const;
        const rules = nftRuleset([
          { ...common, ports: [5060, 5060], what: "SIP over UDP", limit: { perSecond: 30, burst: 300 } },
          { ...common, ports: [5353, 5353], what: "mDNS" },
        ]);
        writeFileSync(join(folder, "rules.nft"), rules);
        writeFileSync(join(folder, "receive.mjs"), RECEIVE);
        writeFileSync(join(folder, "send.mjs"), SEND);
        const args = ["-rn", "sh", "-c", SCRIPT, "sh", folder, process.execPath];
        const { stdout, stderr } = spawnSync("unshare", args, { env, encoding: "utf8", timeout: 60_000 });
        expect(stderr).toBe("");
        const counts = z.record(z.string(), z.number()).parse(JSON.parse(stdout));
        const flood = counts["192.0.2.2 5060"] ?? 0;
        expect(flood).toBeGreaterThanOrEqual(300);
        // How much the rate adds depends on how long the thousand take; it is never all of them.
        expect(flood).toBeLessThan(950);
        expect(counts).toMatchObject({ "192.0.2.3 5060": 50, "192.0.2.2 5353": 201 });
        expect(counts).not.toHaveProperty(["192.0.2.2 5354"]);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    90_000,
  );
});
