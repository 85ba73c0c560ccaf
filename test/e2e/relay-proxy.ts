// What a proxy before a relay has to do, whichever it is: what it lets through, what it keeps away, and whom the relay takes the caller for.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { toBase64url } from "../../src/base/index.ts";
import { freePort } from "../sim/asterisk/free-ports.ts";
import { Numberbox } from "./processes.ts";

const AUTH_PER_MINUTE = 2;
/** For each sign-in three: whoever lost an answer asks again. */
const CHALLENGES = 3 * AUTH_PER_MINUTE;

/** Of another key each, as of another renter. */
const challenge = (at: number): string => JSON.stringify({ pubkey: toBase64url(new Uint8Array(32).fill(at + 1)) });

export interface ProxyPlace {
  /** A folder for all that it writes. */
  readonly folder: string;
  /** Where it has to wait for https, at `localhost`. */
  readonly port: number;
  readonly relayPort: number;
}

export interface ProxyUnderTest {
  readonly name: string;
  /** Undefined where it is not installed: then nothing is tested. */
  readonly program: string | undefined;
  /** Writes its configuration, made of the example; returns the arguments. */
  readonly prepare: (place: ProxyPlace) => readonly string[];
}

export function checkProxy({ name, program, prepare }: ProxyUnderTest): void {
  const skipped = program === undefined ? ` (skipped: ${name.toLowerCase()} is not installed)` : "";
  describe.skipIf(program === undefined)(`${name} before a relay${skipped}`, () => {
    const folder = mkdtempSync(join(tmpdir(), `numberbox-${name.toLowerCase()}-`));
    let relay: Numberbox;
    let proxy: ChildProcess;
    let port = 0;

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
      proxy = spawn(program ?? "", [...prepare({ folder, port, relayPort })], {
        stdio: "ignore",
        env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder },
      });
      await vi.waitFor(async () => expect((await ask("GET", "/health")).status).toBe(200), 30_000);
    }, 60_000);

    afterAll(async () => {
      const gone = once(proxy, "exit");
      proxy.kill("SIGTERM");
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
      // With the version before it no proxy has to know it: the relay sees that the question was passed on.
      expect([401, 404]).toContain((await ask("GET", "/v1/metrics")).status);
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
      // Either of the two may hang up while more is still coming, or the proxy lose the relay's answer.
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
  });
}
