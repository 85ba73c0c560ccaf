// The edges of a rental, as real processes: lines that nobody rents, grants that are refused, endings while SMS are on their way, keys
// that are not the renter's, and a relay that is away when the renter asks.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { createIdentity, publicKeysToText, serialiseG2 } from "../../src/envelope/index.ts";
import { type RentalView, rentalView } from "../../src/protocol/index.ts";
import { Field, type InboxLine } from "./field.ts";
import { arrivedOn, numbered, overviewOf, sendTo, until } from "./field-watch.ts";
import { numberbox } from "./processes.ts";
import { providerKeyOf } from "./provider-key.ts";
import { type Ended, expectRefused } from "./refused.ts";

interface Person {
  readonly keyfile: string;
  /** `VERIFY:ENCRYPT`. */
  readonly keys: string;
}

describe("a rental", () => {
  let field: Field;
  let renter: Person;

  /** Somebody with keys of his own. */
  function person(name: string): Person {
    const identity = createIdentity(systemRandom, systemCrypto, name);
    const keyfile = join(field.folder, `${name}.key.json`);
    writeFileSync(keyfile, serialiseG2([identity], name), { mode: 0o600 });
    const { verify, encrypt } = publicKeysToText(identity);
    return { keyfile, keys: `${verify}:${encrypt}` };
  }

  function renterCommand(name: string, who: Person, ...more: readonly string[]): Promise<Ended> {
    const common = ["--keyfile", who.keyfile, "--relay", field.relayUrl, "--state", join(field.folder, "states")];
    return numberbox(["renter", name, ...common, ...more]);
  }

  async function inboxOf(who: Person): Promise<readonly InboxLine[]> {
    const { code, out, err } = await renterCommand("inbox", who, "--json");
    expect(code, err).toBe(0);
    return out.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as InboxLine]));
  }

  function rentalCommand(...args: readonly string[]): Promise<Ended> {
    return numberbox(["rental", ...args, "--data", field.boxData]);
  }

  function tryGrant(line: string, keys: string): Promise<Ended> {
    return rentalCommand("grant", "--line", line, "--renter", keys, "--days", "2", "--json");
  }

  async function grant(line: string, keys: string): Promise<RentalView> {
    const { code, out, err } = await tryGrant(line, keys);
    expect(code, err).toBe(0);
    return rentalView.parse(JSON.parse(out));
  }

  const unrented = async (): Promise<number> => (await overviewOf(field)).counts.unrented;

  beforeAll(async () => {
    field = await Field.open({ slots: 3, seed: "rental edges" });
    await field.startBox();
    await field.startRelay(await providerKeyOf(field.boxData));
    renter = person("alice");
  });
  afterAll(async () => {
    await field.close();
    field.remove();
  });

  it("gets nothing of what came to the line before it, which is kept sealed and counted", async () => {
    sendTo(field, 1, ["before any rental"]);
    await until("the unrented SMS", async () => (await unrented()) === 1);
    await grant("line-1", renter.keys);
    sendTo(field, 1, ["first of the rental"]);
    expect(await field.drained(200)).toBe(true);
    const read = await inboxOf(renter);
    expect(arrivedOn(field, 1, read)).toEqual(["first of the rental"]);
    expect(read[0]?.seq).toBe(1);
    expect((await overviewOf(field)).counts).toMatchObject({ received: 2, unrented: 1 });
  });

  it("is refused on a line that is rented, and on one that does not exist", async () => {
    const other = person("bob");
    expectRefused(await tryGrant("line-1", other.keys), /^rental\.line_rented: line line-1 is rented already\n/);
    expectRefused(await tryGrant("line-9", other.keys), /^rental\.unknown_line: /);
    expect((await tryGrant("", other.keys)).code).not.toBe(0);
    expect(await inboxOf(other)).toEqual([]);
  });

  it("is refused a key file that holds the private key, and granted with what the refusal says instead", async () => {
    const carol = person("carol");
    const refused = await tryGrant("line-2", carol.keyfile);
    expectRefused(refused, /^rental\.private_key: .*carol\.key\.json holds the renter's private key/);
    const [, keys = ""] = /--renter (\S+)/.exec(refused.err) ?? [];
    expect(keys).toBe(carol.keys);
    await grant("line-2", keys);
    sendTo(field, 2, ["for carol"]);
    expect(await field.drained(200)).toBe(true);
    expect(arrivedOn(field, 2, await inboxOf(carol))).toEqual(["for carol"]);
    expect(arrivedOn(field, 2, await inboxOf(renter))).toEqual([]);
  });

  it("shows nothing to somebody with other keys, who is told what his provider needs", async () => {
    const stranger = person("mallory");
    expect(await inboxOf(stranger)).toEqual([]);
    const { code, out } = await renterCommand("login", stranger);
    expect(code).toBe(0);
    expect(out).toContain("No rentals yet.\n");
    expect(out.split("\n")).toContain(stranger.keys);
  });

  it("that ends while SMS wait at the relay and in the outbox delivers them, and nothing that comes later", async () => {
    const { id } = await grant("line-3", renter.keys);
    sendTo(field, 3, numbered("at the relay", 2));
    expect(await field.drained(200)).toBe(true);
    await field.killRelay();
    sendTo(field, 3, numbered("in the outbox", 2));
    await until("both in the outbox", async () => (await overviewOf(field)).outbox.depth === 2);
    expect((await rentalCommand("end", id, "--json")).code).toBe(0);
    const before = await unrented();
    sendTo(field, 3, ["after the end"]);
    await until("the SMS after the end", async () => (await unrented()) === before + 1);
    await field.restartRelay();
    expect(await field.drained(300)).toBe(true);
    const expected = [...numbered("at the relay", 2), ...numbered("in the outbox", 2)];
    expect(arrivedOn(field, 3, await inboxOf(renter))).toEqual(expected);

    expectRefused(await rentalCommand("end", id), /^rental\.not_active: the rental is already ended\n/);
    expectRefused(await rentalCommand("end", "0".repeat(32)), /^rental\.unknown: /);
    expectRefused(await tryGrant("line-3", person("dave").keys), /^rental\.line_resting: line line-3 rests /);
  });

  it("shows its history when the relay is away, says so, and exits with 1", async () => {
    await field.killRelay();
    const shown = await renterCommand("inbox", renter);
    expect(shown.code).toBe(1);
    expect(shown.err).toMatch(
      /^renter\.relay_unreachable: the relay http:.* cannot be reached \(ECONNREFUSED\)\n {2}Check /,
    );
    for (const body of ["first of the rental", "at the relay 1", "in the outbox 2"]) expect(shown.out).toContain(body);
    const { code, out } = await renterCommand("inbox", renter, "--json");
    expect(code).toBe(1);
    const lines: { type: string; code?: string }[] = out
      .split("\n")
      .flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
    expect(lines.map((line) => line.type)).toEqual(["sms", "sms", "sms", "sms", "sms", "error"]);
    expect(lines.at(-1)?.code).toBe("renter.relay_unreachable");
    expectRefused(await renterCommand("login", renter), /^renter\.relay_unreachable: /);
    expect((await renterCommand("receipts", renter)).code).toBe(0);
  });

  it("is out of reach for commands when the box does not run", async () => {
    await field.box?.stop();
    expectRefused(await rentalCommand("list"), /^app\.not_running: no box runs on the data folder /);
  });
});
