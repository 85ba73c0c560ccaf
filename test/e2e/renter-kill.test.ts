// The renter's command, killed with SIGKILL at moments of its work that nobody chose: every message is read, the inbox holds each once
// and in order, and nothing stays at the relay.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { serialiseG2 } from "../../src/envelope/index.ts";
import { FakeRelay } from "../renter/fake-relay.ts";
import { grantOf, messageOf, renter } from "../renter/fixtures.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { PROGRAM } from "./processes.ts";

const KILLS = 12;
const PER_ROUND = 4;

interface Running {
  readonly child: ChildProcess;
  /** The `seq` of each SMS it printed, once it has ended. */
  readonly printed: Promise<readonly number[]>;
}

function start(argv: readonly string[]): Running {
  const child = spawn(process.execPath, [PROGRAM, "renter", "inbox", "--json", ...argv], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  child.stdout.on("data", (chunk) => {
    out += String(chunk);
  });
  child.stderr.resume();
  const printed = new Promise<readonly number[]>((resolve) => {
    child.once("close", () => {
      // A line that the kill cut was not printed.
      const lines = out.split("\n").slice(0, -1);
      resolve(
        lines
          .map((line): { type: string; seq: number } => JSON.parse(line))
          .flatMap((l) => (l.type === "sms" ? [l.seq] : [])),
      );
    });
  });
  return { child, printed };
}

it(`reads every message once although it is killed ${KILLS} times`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "renter-kill-"));
  const keyfile = join(folder, "users.key.json");
  writeFileSync(keyfile, serialiseG2([renter], renter.name));
  const relay = await FakeRelay.start();
  relay.rentals = [{ grant: grantOf(), state: "active", last_seq: 0 }];
  const access = ["--keyfile", keyfile, "--relay", relay.url, "--state", join(folder, "state")];
  const random = new SeededRandom("renter kill");
  const printed: number[] = [];
  let seq = 0;
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const before = relay.asked.length;
      const steps = random.int(3, 14);
      const run = start([...access, "--new", "--follow"]);
      const gone = run.printed.then(() => {});
      /** When the command has asked so often, or has nothing to ask for. */
      const asked = (times: number): Promise<void> =>
        Promise.race([
          gone,
          relay.until(
            () =>
              relay.asked.length >= before + times || (relay.connections > 0 && relay.messages.length === 0 && seq > 0),
          ),
        ]);
      for (let i = 0; i < PER_ROUND; i++) {
        await asked(Math.floor((steps * i) / PER_ROUND));
        relay.push(await messageOf({ seq: ++seq }));
      }
      await asked(steps);
      expect(run.child.exitCode).toBeNull();
      run.child.kill("SIGKILL");
      const lines = await run.printed;
      expect(new Set(lines).size).toBe(lines.length);
      printed.push(...lines);
    }
    printed.push(...(await start([...access, "--new"]).printed));
    const all = Array.from({ length: seq }, (_, at) => at + 1);
    expect([...new Set(printed)]).toEqual(all);
    expect(await start(access).printed).toEqual(all);
    expect(relay.messages).toEqual([]);
  } finally {
    await relay.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
