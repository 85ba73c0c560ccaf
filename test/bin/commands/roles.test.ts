import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../sqlite/temp-folder.ts";
import { numberbox } from "../run-rig.ts";

function file(text: string): string {
  const path = join(tempFolder(), "config.yaml");
  writeFileSync(path, text);
  return path;
}

const BOX = "log: { level: error }\nrelay: { url: 'http://127.0.0.1:9' }\nweb: { listen: '127.0.0.1:0' }\n";
const RELAY = `log: { level: error }\nlisten: 127.0.0.1:0\nproviders: [{ name: box, verify: ${"A".repeat(43)} }]\n`;

/** Runs a role until it has printed its first line, then ends it as Ctrl-C does. */
async function runRole(args: readonly string[], atStart: () => void = () => {}) {
  const abort = new AbortController();
  return await numberbox(args, {
    signal: abort.signal,
    onOut: (out) => {
      if (!out.includes("\n")) return;
      atStart();
      abort.abort();
    },
  });
}

describe("numberbox start", () => {
  it("prints one line of JSON, lets commands reach it, ends on the signal, and leaves the folder free", async () => {
    const data = tempFolder();
    let access = false;
    const { code, out, err } = await runRole(["start", "--config", file(BOX), "--data", data], () => {
      access = existsSync(join(data, "local-access.json"));
    });
    expect([code, err, access]).toEqual([0, "", true]);
    expect(JSON.parse(out)).toEqual({
      console_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      verify: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      slots: 0,
    });
    expect(existsSync(join(data, "local-access.json"))).toBe(false);
    expect(existsSync(join(data, "box.lock"))).toBe(false);
  });

  it("stops the box when commands could not be let in", async () => {
    const data = tempFolder();
    mkdirSync(join(data, "local-access.json"));
    const { code, out, err } = await numberbox(["start", "--config", file(BOX), "--data", data]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^app\.cannot_write: /);
    expect(existsSync(join(data, "box.lock"))).toBe(false);
  });

  it("tells what is wrong with its configuration before it touches anything", async () => {
    const data = join(tempFolder(), "data");
    const { code, err } = await numberbox(["start", "--config", file("colour: blue"), "--data", data]);
    expect(code).toBe(1);
    expect(err).toMatch(/^config\.invalid: /);
    expect(existsSync(data)).toBe(false);
  });
});

describe("numberbox relay", () => {
  it("prints one line of JSON and ends on the signal", async () => {
    const data = tempFolder();
    const { code, out, err } = await runRole(["relay", "--config", file(RELAY), "--data", data]);
    expect([code, err]).toEqual([0, ""]);
    expect(JSON.parse(out)).toEqual({ relay_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), providers: 1 });
    expect(existsSync(join(data, "box.lock"))).toBe(false);
  });
});
