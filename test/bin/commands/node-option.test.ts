import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AppError, silentLogger } from "../../../src/base/index.ts";
import { systemClock } from "../../../src/base/system-clock.ts";
import { systemRandom } from "../../../src/base/system-random.ts";
import type { CliIo } from "../../../src/bin/cli-io.ts";
import { type NodeOptions, openNode } from "../../../src/bin/commands/node-option.ts";

let server: Server;
let port = 0;
const seen: { path: string; user: string }[] = [];
const home = mkdtempSync(join(tmpdir(), "numberbox-node-"));

beforeAll(async () => {
  server = createServer((request, response) => {
    const [, token = ""] = (request.headers.authorization ?? "").split(" ");
    seen.push({ path: request.url ?? "", user: Buffer.from(token, "base64").toString() });
    response.setHeader("content-type", "application/json");
    response.end('{"result":77,"error":null,"id":1}\n');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
});
afterAll(() => {
  server.close();
  rmSync(home, { recursive: true, force: true });
});
beforeEach(() => {
  seen.length = 0;
});

function ioWith(env: CliIo["env"]): CliIo {
  return {
    out: () => {},
    err: () => {},
    readInput: async () => new Uint8Array(0),
    env,
    clock: systemClock,
    random: systemRandom,
    log: silentLogger,
    signal: new AbortController().signal,
  };
}

async function ask(options: NodeOptions, env: CliIo["env"] = { HOME: home }): Promise<number> {
  const open = await openNode(ioWith(env), options);
  try {
    return await open.node.height();
  } finally {
    open.close();
  }
}

describe("the node that a command asks", () => {
  it("is reached with the user of the URL and the password of a file, at its wallet", async () => {
    const file = join(home, "password");
    writeFileSync(file, "se cret\n");
    const node = `http://emc@127.0.0.1:${port}/wallet/box`;
    expect(await ask({ node, nodePasswordFile: file })).toBe(77);
    expect(seen).toEqual([{ path: "/wallet/box", user: "emc:se cret" }]);
  });

  it("takes URL and password from the environment", async () => {
    await ask({}, { HOME: home, NUMBERBOX_EMERCOIN_URL: `http://emc:p%3Aw@127.0.0.1:${port}/` });
    await ask({ node: `http://emc@127.0.0.1:${port}` }, { HOME: home, NUMBERBOX_EMERCOIN_PASSWORD: "other" });
    expect(seen.map(({ user }) => user)).toEqual(["emc:p:w", "emc:other"]);
  });

  it("takes what emercoin.conf says, of its network's section too, else the cookie", async () => {
    const folder = join(home, ".emercoin");
    mkdirSync(join(folder, "regtest"), { recursive: true });
    const conf = join(folder, "emercoin.conf");
    writeFileSync(conf, `# mine\nregtest=1\nrpcuser=conf\nrpcpassword=pass\nrpcport=1\n[regtest]\nrpcport=${port}\n`);
    await ask({});
    writeFileSync(conf, `regtest=1\n[regtest]\nrpcport=${port}\n`);
    writeFileSync(join(folder, "regtest", ".cookie"), "__cookie__:abc\n");
    await ask({});
    expect(seen.map(({ user }) => user)).toEqual(["conf:pass", "__cookie__:abc"]);
  });

  it.each([
    ["a password in the command line", "http://emc:pw@127.0.0.1:1", "bin.password_in_argv"],
    ["another scheme", "ftp://emc@127.0.0.1:1", "bin.bad_node"],
    ["another path", "http://emc@127.0.0.1:1/x", "bin.bad_node"],
  ])("refuses %s and does not repeat it", async (_case, node, code) => {
    const error: unknown = await ask({ node }).catch((caught) => caught);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain("pw@");
  });

  it("tells what to do without a cookie", async () => {
    const error: unknown = await ask({ node: `http://127.0.0.1:${port}`, nodeCookie: join(home, "none") }).catch(
      (e) => e,
    );
    expect(error).toMatchObject({ code: "bin.unreadable" });
  });
});
