// The example of a relay cluster, with its names and paths replaced by those of this machine: nats-server reads its configuration, and a
// relay's own configuration reaches the three servers by TLS and password.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { openRelayStorage } from "../../src/app/relay-storage.ts";
import { silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { parseRelayConfig } from "../../src/config/index.ts";
import { canonicalJson } from "../../src/envelope/index.ts";
import { grantOf, renter, verifyOf } from "../relay/fixtures.ts";
import { freePort } from "../sim/asterisk/free-ports.ts";
import { makeAuthority } from "../sim/mqtt/certificates.ts";
import { hasNats, NatsServers, natsProgram } from "../sim/nats/nats-servers.ts";
import { read, settingsOf } from "./unit-files.ts";

const example = (name: string): string => read(`relay-cluster/${name}`);
const PASSWORD = "correct horse battery staple";

describe.skipIf(!hasNats)("the example of a relay cluster (nats-server is not installed)", () => {
  const folder = mkdtempSync(join(tmpdir(), "numberbox-cluster-"));
  let servers: NatsServers | null = null;
  const configs: string[] = [];
  const ports: { readonly client: number; readonly route: number }[] = [];

  beforeAll(async () => {
    for (let at = 0; at < 3; at++) ports.push({ client: await freePort(), route: await freePort() });
    const certificates = ["server", "relay"].map((name) => ({ file: name, name, address: "127.0.0.1,DNS:localhost" }));
    (await makeAuthority()).write(folder, certificates);
    writeFileSync(join(folder, "nats-secrets.conf"), `RELAY_PASSWORD = "${PASSWORD}"\n`);
    for (const [at, { client, route }] of ports.entries()) {
      const store = join(folder, `store-${at + 1}`);
      mkdirSync(store);
      let text = example("nats-server.conf")
        .replace("server_name: nats-1", `server_name: nats-${at + 1}`)
        .replace("az:eu-1", `az:eu-${at + 1}`)
        .replace("0.0.0.0:4222", `127.0.0.1:${client}`)
        .replace("0.0.0.0:6222", `127.0.0.1:${route}`)
        .replace(`http: "127.0.0.1:8222`, `http: "127.0.0.1:${await freePort()}`)
        .replaceAll("/etc/nats/", `${folder}/`)
        .replace("/var/lib/nats", store);
      for (const [other, { route: to }] of ports.entries())
        text = text.replace(`nats-${other + 1}.example.org:6222`, `127.0.0.1:${to}`);
      const config = join(folder, `nats-${at + 1}.conf`);
      writeFileSync(config, text);
      configs.push(config);
    }
  });
  afterAll(async () => {
    await servers?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is read by nats-server without a complaint", () => {
    for (const config of configs) {
      const { stderr, status } = spawnSync(natsProgram, ["-t", "-c", config], { encoding: "utf8" });
      expect(stderr).toContain("is valid");
      expect(status).toBe(0);
    }
  });

  it("keeps a relay's data on three servers of its region, for who has certificate and password", async () => {
    servers = await NatsServers.startWith(
      configs,
      ports.map(({ client }) => client),
    );
    const settings = parse(example("relay.yaml")) as { nats: { servers: string[] } };
    settings.nats.servers = servers.urls.map((url) => url.replace("127.0.0.1", "localhost"));
    const config = parseRelayConfig(JSON.stringify(settings), "the example");
    for (const [name, from] of [
      ["nats-ca.crt", "ca.crt"],
      ["nats-relay.crt", "relay.crt"],
      ["nats-relay.key", "relay.key"],
    ] as const)
      writeFileSync(join(folder, name), readFileSync(join(folder, from)));
    writeFileSync(join(folder, "nats.password"), `${PASSWORD}\n`);
    const base = { clock: systemClock, random: systemRandom, suite: systemCrypto, log: silentLogger };
    const store = await openRelayStorage(config, folder, base);
    if (store === null) throw new Error("the example does not use NATS");
    store.listen({ stored: () => false, requested: () => {}, answered: () => {}, granted: () => {} });
    const grant = grantOf();
    expect(await store.rentals.save({ grant, text: canonicalJson(grant) }, () => "created")).toBe("created");
    expect((await store.rentals.ofRenter(verifyOf(renter))).map(({ grant: one }) => one)).toEqual([grant]);
    await store.probe();
    expect(await store.state()).toMatchObject({ ok: true, figures: { replicas_wanted: 3 } });
    await store.close();
    writeFileSync(join(folder, "nats.password"), "wrong\n");
    await expect(openRelayStorage(config, folder, base)).rejects.toMatchObject({ code: "store.away" });
  }, 90_000);
});

describe("the example of a relay cluster", () => {
  it("has a proxy in front of the relay where it listens, and keeps metrics to the machine", () => {
    const { listen, trust_local_proxy: trusts } = parse(example("relay.yaml")) as {
      listen: string;
      trust_local_proxy: boolean;
    };
    const caddy = example("Caddyfile");
    expect(caddy).toContain(`reverse_proxy ${listen} {`);
    expect(trusts).toBe(true);
    expect(caddy).toMatch(/respond \/metrics 404/);
    expect(caddy.split("{").length).toBe(caddy.split("}").length);
  });

  it("names only settings that the units' sections have", () => {
    for (const name of ["numberbox-relay.service.d/cluster.conf", "nats-server.service.d/numberbox.conf"]) {
      const settings = settingsOf(example(name));
      expect(settings.length).toBeGreaterThan(4);
      expect(settings.filter(({ section }) => section !== "Unit" && section !== "Service")).toEqual([]);
    }
  });
});
