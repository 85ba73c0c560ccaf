// The real Asterisk takes in a new certificate for phones while it runs.

import { once } from "node:events";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/base/index.ts";
import { systemClock } from "../../../src/base/system-clock.ts";
import { systemRandom } from "../../../src/base/system-random.ts";
import { AriCommands } from "../../../src/voice/asterisk/ari-commands.ts";
import { AriClient, STASIS_APP } from "../../../src/voice/index.ts";
import { AsteriskProcess, asteriskTree } from "../../sim/asterisk/asterisk-process.ts";
import { freePort } from "../../sim/asterisk/free-ports.ts";
import { until } from "../../sim/asterisk/until.ts";
import { makeAuthority } from "../../sim/mqtt/certificates.ts";

const without = asteriskTree === null ? " (skipped: needs Asterisk 22)" : "";

async function fingerprintAt(port: number): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

describe.skipIf(without !== "")(`the certificate of the SIP edge${without}`, () => {
  let asterisk: AsteriskProcess;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    const first = await makeAuthority();
    asterisk = await AsteriskProcess.start({
      rtp: 23_800,
      edge: (folder) => {
        const files = { certificateFile: `${folder}/edge.crt`, keyFile: `${folder}/edge.key` };
        first.write(folder, [{ file: "edge", name: "box.example", address: "127.0.0.1" }]);
        const tls = { address: "127.0.0.1", port, ...files };
        return { kind: "asterisk", realm: "box.example", digests: ["MD5"], udp: null, tcp: null, tls, external: null };
      },
    });
  }, 60_000);
  afterAll(() => asterisk?.stop());

  it("is read anew when ARI is asked to, and not before", async () => {
    const client = new AriClient({
      ...{ url: asterisk.url, user: "numberbox", password: asterisk.setup.ari.password, app: STASIS_APP },
      ...{ clock: systemClock, random: systemRandom, log: silentLogger },
    });
    const before = await fingerprintAt(port);
    (await makeAuthority()).write(asterisk.folder, [{ file: "edge", name: "box.example", address: "127.0.0.1" }]);
    expect(await fingerprintAt(port)).toBe(before);
    await new AriCommands(client).reloadSip();
    await until("the new certificate", async () => (await fingerprintAt(port)) !== before);
  }, 30_000);
});
