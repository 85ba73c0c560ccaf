import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { publishLocalAccess } from "../../src/app/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { numberbox, type Outcome } from "../bin/run-rig.ts";
import { type SimEmercoin, startSimEmercoin } from "../sim/emercoin/index.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { openBox } from "./box-rig.ts";

const NUMBER = "+15550101";
const KEY = "k".repeat(43);

let sim: SimEmercoin;
let folder: string;
let env: Record<string, string>;

async function start(enums: object): Promise<Awaited<ReturnType<typeof openBox>>> {
  sim = await startSimEmercoin({ clock: systemClock, random: systemRandom });
  onTestFinished(() => sim.stop());
  folder = tempFolder();
  writeFileSync(join(folder, "rpc"), sim.password);
  const { host } = new URL(sim.url);
  env = { NUMBERBOX_EMERCOIN_URL: `http://${sim.user}:${sim.password}@${host}` };
  const emercoin = { url: sim.url, user: sim.user, password_file: "rpc", poll_every: "1s" };
  const pricing = { per_sms: "0.001", rental_daily: "0.01" };
  const listing = { tiers: { sms_only: { pricing } } };
  const opened = await openBox({ folder, slots: 1, sections: { emercoin, listing, enum: enums } });
  await publishLocalAccess(folder, opened.box.consoleUrl, { settings: opened.box.store, random: systemRandom });
  return opened;
}

const run = (...args: readonly string[]): Promise<Outcome> => numberbox([...args, "--data", folder]);
const ask = (...args: readonly string[]): Promise<Outcome> => numberbox(args, { env });

/** With `--wait`: a block as soon as the operation is in the mempool, until the command ends. */
async function confirmed(...args: readonly string[]): Promise<Outcome> {
  let mined = false;
  return numberbox([...args, "--wait", "--data", folder], {
    onOut: (out) => {
      if (mined || !out.includes("in the mempool")) return;
      mined = true;
      sim.mine(3);
    },
  });
}

describe("numbers and hosts from the command line of a running box", () => {
  beforeEach(() => start({ enabled: true, ttl: 300 }).then(() => {}));

  it("a number is shown, published after its repetition, looked up at box and node alike, and removed", async () => {
    const publish = ["enum", "publish", "line-1", "--sip", "sip:alice@example.coin"];
    const dry = await run(...publish, "--dry-run");
    expect(dry.out).toMatch(/^Warning: \+15550101 and its SIP address become public for ever/);
    expect(dry.out).toContain("enum:15550101:0\nTTL=300\nE2U+sip=100|10|!^.*$!sip:alice@example.coin!\nCost: ");
    expect(dry.out).toMatch(/Nothing was published\.\nenum\.not_confirmed: /);
    expect(await run(...publish)).toMatchObject({ code: 1, err: expect.stringMatching(/^enum\.not_confirmed: /) });
    expect(await run("enum", "lookup", NUMBER)).toMatchObject({ code: 1, out: expect.stringContaining("nothing") });

    expect(await confirmed(...publish, "--confirm", NUMBER)).toMatchObject({ code: 0, err: "" });
    const atBox = await run("enum", "lookup", NUMBER);
    expect(atBox).toEqual({
      code: 0,
      out: "100 10  sip:alice@example.coin  nobody vouches for it\n    enum:15550101:0, EmerENUM\n",
      err: "",
    });
    expect(await ask("enum", "lookup", NUMBER)).toEqual(atBox);
    expect((await run("enum", "remove", "line-1", "--dry-run")).out).toContain("the number remains public");
    expect(await confirmed("enum", "remove", NUMBER)).toMatchObject({ code: 0, err: "" });
    expect((await ask("enum", "lookup", NUMBER)).code).toBe(1);
    expect((await numberbox(["enum", "lookup", "0123"])).code).toBe(2);
  });

  it("a line that is offered blindly needs its own consent", async () => {
    expect(await confirmed("listing", "publish", "line-1")).toMatchObject({ code: 0, err: "" });
    const publish = ["enum", "publish", "line-1", "--sip", "sip:a@b.example", "--confirm", NUMBER] as const;
    expect(await run(...publish)).toMatchObject({ code: 1, err: expect.stringMatching(/^enum\.listed: /) });
    const dry = await run(...publish, "--despite-listing", "--dry-run", "--json");
    expect(JSON.parse(dry.out)).toMatchObject({ dry_run: true, problem: null, warnings: { length: 4 } });
  });

  it("a relay's host is made, published and shown", async () => {
    const options = ["relay.example.coin", "--address", "192.0.2.7", "2001:db8::7", "--key", KEY, "--ttl", "120"];
    const value = `dns:relay.example.coin\nA=192.0.2.7|AAAA=2001:db8::7|TXT=numberbox-relay=${KEY}|TTL=120\n`;
    expect(await numberbox(["dns", "make", ...options])).toEqual({ code: 0, out: value, err: "" });
    expect(await ask("dns", "show", "relay.example.coin")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^dns\.unknown: /),
    });
    expect((await run("dns", "publish", ...options, "--dry-run")).out).toMatch(new RegExp(`^${value.slice(0, 22)}`));
    expect(await confirmed("dns", "publish", ...options)).toMatchObject({ code: 0, err: "" });
    const shown = { code: 0, out: `relay.example.coin  192.0.2.7 2001:db8::7\nKey  ${KEY}\n`, err: "" };
    expect(await run("dns", "show", "relay.example.coin")).toEqual(shown);
    expect(await ask("dns", "show", "relay.example.coin")).toEqual(shown);
  });
});

describe("a box as it comes", () => {
  it("puts no number into the chain, and none into its log", async () => {
    const { log } = await start({});
    const publish = ["enum", "publish", "line-1", "--sip", "sip:a@b.example", "--confirm", NUMBER];
    expect(await run(...publish, "--dry-run")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^enum\.disabled: /),
    });
    expect(await run(...publish)).toMatchObject({ code: 1, err: expect.stringMatching(/^enum\.disabled: /) });
    expect(JSON.stringify(log)).not.toContain(NUMBER.slice(1));
  });
});
