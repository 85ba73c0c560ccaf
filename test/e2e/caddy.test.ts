// The Caddyfile of the example cluster, with Debian's Caddy in front of a relay: what it lets through, what it keeps away, and whom the relay
// takes the caller for.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { toBase64url } from "../../src/base/index.ts";
import { freePort } from "../sim/asterisk/free-ports.ts";
import { Numberbox } from "./processes.ts";

const CADDY = ["/usr/bin/caddy", "/usr/local/bin/caddy"].find((path) => existsSync(path));
const EXAMPLE = fileURLToPath(new URL("../../systemd/relay-cluster/Caddyfile", import.meta.url));
const AUTH_PER_MINUTE = 2;
/** For each sign-in three: whoever lost an answer asks again. */
const CHALLENGES = 3 * AUTH_PER_MINUTE;

/** Of another key each, as of another renter. */
const challenge = (at: number): string => JSON.stringify({ pubkey: toBase64url(new Uint8Array(32).fill(at + 1)) });

describe.skipIf(CADDY === undefined)(
  `Caddy before a relay${CADDY === undefined ? " (skipped: caddy is not installed)" : ""}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), "numberbox-caddy-"));
    let relay: Numberbox;
    let caddy: ChildProcess;
    let port = 0;

    /** The example with this machine's name and ports, and a certificate of Caddy's own. */
    function caddyfile(relayPort: number): string {
      const options = [
        "admin off",
        "auto_https disable_redirects",
        "skip_install_trust",
        `storage file_system ${folder}/store`,
      ];
      const site = readFileSync(EXAMPLE, "utf8")
        .replace("relay.example.org {", `https://localhost:${port} {\n\ttls internal`)
        .replace("127.0.0.1:8090", `127.0.0.1:${relayPort}`);
      return `{\n\t${options.join("\n\t")}\n}\n${site}`;
    }

    beforeAll(async () => {
      const relayPort = await freePort();
      port = await freePort();
      mkdirSync(join(folder, "relay"));
      const config = {
        listen: `127.0.0.1:${relayPort}`,
        trust_local_proxy: true,
        providers: [{ name: "box", verify: toBase64url(new Uint8Array(32).fill(9)) }],
        limits: { auth_per_minute: AUTH_PER_MINUTE },
      };
      writeFileSync(join(folder, "relay.yaml"), JSON.stringify(config));
      relay = Numberbox.start(["relay", "--config", join(folder, "relay.yaml"), "--data", join(folder, "relay")]);
      await relay.firstLine();
      writeFileSync(join(folder, "Caddyfile"), caddyfile(relayPort));
      const args = ["run", "--adapter", "caddyfile", "--config", join(folder, "Caddyfile")];
      caddy = spawn(CADDY ?? "caddy", args, {
        stdio: "ignore",
        env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder },
      });
      await vi.waitFor(async () => expect((await ask("GET", "/health")).status).toBe(200), 30_000);
    }, 60_000);

    afterAll(async () => {
      const gone = once(caddy, "exit");
      caddy.kill("SIGTERM");
      await gone;
      await relay.kill();
      rmSync(folder, { recursive: true });
    });

    interface Answer {
      readonly status: number;
      readonly text: string;
    }

    function begin(method: string, path: string, headers: Readonly<Record<string, string>>) {
      return request({ host: "localhost", port, method, path, headers, rejectUnauthorized: false, timeout: 15_000 });
    }

    async function ask(
      method: string,
      path: string,
      body = "",
      headers: Readonly<Record<string, string>> = {},
    ): Promise<Answer> {
      const asked = begin(method, path, { "content-type": "application/json", ...headers });
      return await new Promise((resolve, reject) => {
        asked.on("error", reject);
        asked.on("timeout", () => asked.destroy(new Error("no answer")));
        asked.on("response", (answer: IncomingMessage) => {
          let text = "";
          answer.setEncoding("utf8").on("data", (part) => {
            text += String(part);
          });
          answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
          answer.on("error", reject);
        });
        asked.end(body);
      });
    }

    it("shows the relay and its pages by https", async () => {
      const info = await ask("GET", "/info");
      expect([info.status, JSON.parse(info.text)]).toEqual([
        200,
        expect.objectContaining({ name: expect.any(String) }),
      ]);
      expect(await ask("GET", "/dashboard/")).toMatchObject({ status: 200, text: expect.stringContaining("<html") });
    });

    it("keeps metrics to the machine", async () => {
      expect((await ask("GET", "/metrics")).status).toBe(404);
    });

    it("lets WebSockets through", async () => {
      const key = Buffer.alloc(16).toString("base64");
      const headers = {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": key,
      };
      const asked = begin("GET", "/ws", headers);
      const upgraded = once(asked, "upgrade");
      asked.end();
      const [answer, socket] = (await upgraded) as [IncomingMessage, { destroy(): void }];
      socket.destroy();
      expect(answer.statusCode).toBe(101);
    });

    /** Null when the connection went before an answer came. */
    const forward = async (letters: number): Promise<Answer | null> =>
      await ask("POST", "/forward", JSON.stringify({ envelope: "x".repeat(letters) })).catch(() => null);

    it("lets the relay say that something is too large", async () => {
      for (let time = 0; time < 5; time++) {
        const answer = await forward(2_000_000);
        expect([answer?.status, answer?.text]).toEqual([413, expect.stringContaining("relay.too_large")]);
      }
    });

    it("reads no body without end, and stays in service", async () => {
      // Either of the two may hang up while more is still coming, or Caddy lose the relay's answer.
      expect([413, 502, undefined]).toContain((await forward(20_000_000))?.status);
      expect((await ask("GET", "/health")).status).toBe(200);
    });

    it("tells the relay the caller's address, and not the one that he claims", async () => {
      const statuses: number[] = [];
      for (let at = 0; at <= CHALLENGES; at++)
        statuses.push(
          (await ask("POST", "/auth/challenge", challenge(at), { "x-forwarded-for": `203.0.113.${at}` })).status,
        );
      expect(statuses).toEqual([...Array(CHALLENGES).fill(200), 429]);
    });
  },
);
