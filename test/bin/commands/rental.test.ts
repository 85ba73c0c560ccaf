import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BoxHandle, publishLocalAccess } from "../../../src/app/index.ts";
import { toBase64url } from "../../../src/base/index.ts";
import { systemRandom } from "../../../src/base/system-random.ts";
import { publicKeysToText, serialiseG2 } from "../../../src/envelope/index.ts";
import { rentalView } from "../../../src/protocol/index.ts";
import { setPassword } from "../../../src/web/index.ts";
import { openBox, ready } from "../../app/box-rig.ts";
import { renter } from "../../core/core-rig.ts";
import { tempFolder } from "../../sqlite/temp-folder.ts";
import { numberbox, type Outcome } from "../run-rig.ts";

let box: BoxHandle;
let data: string;
let remove: () => Promise<void>;
const keys = publicKeysToText(renter);
const pair = `${keys.verify}:${keys.encrypt}`;

const command = (...args: readonly string[]): Promise<Outcome> => numberbox([...args, "--data", data]);

beforeEach(async () => {
  ({ box, folder: data } = await openBox());
  const settings = box.store;
  ({ remove } = await publishLocalAccess(data, box.consoleUrl, { settings, random: systemRandom }));
});
afterEach(async () => {
  await remove();
  await box.stop();
});

describe("numberbox rental", () => {
  it("grants, lists and ends", async () => {
    const granted = await command("rental", "grant", "--line", "line-1", "--renter", pair, "--days", "7", "--json");
    expect([granted.code, granted.err]).toEqual([0, ""]);
    const rental = rentalView.parse(JSON.parse(granted.out));
    expect(rental).toMatchObject({ line: "line-1", renter: keys, envelope_version: 1, credit: null, state: "active" });

    const more = ["--envelope", "2", "--credit", "5"];
    const second = await command("rental", "grant", "--line", "+15550102", "--renter", pair, "--days", "1", ...more);
    expect(second.out).toMatch(
      /^[0-9a-f]{32} {2}line-2 +\+15550102 +active +until \d{4}-\d\d-\d\d \d\d:\d\d UTC {2}0 SMS\n$/,
    );
    const list = await command("rental", "list", "--json");
    const rentals = list.out
      .trim()
      .split("\n")
      .map((line) => rentalView.parse(JSON.parse(line)));
    expect(rentals.find((one) => one.line === "line-2")).toMatchObject({ envelope_version: 2, credit: 5 });
    expect((await command("rental", "list")).out.split("\n")).toHaveLength(3);

    const ended = await command("rental", "end", rental.id, "--json");
    expect(JSON.parse(ended.out)).toMatchObject({ id: rental.id, state: "ended" });
    const again = await command("rental", "end", rental.id);
    expect([again.code, again.out]).toEqual([1, ""]);
    expect(again.err).toMatch(/^rental\.not_active: the rental is already ended\n/);
  });

  it("passes on what the box refuses, with its next step", async () => {
    const grant = (line: string): Promise<Outcome> =>
      command("rental", "grant", "--line", line, "--renter", pair, "--days", "7");
    await grant("line-1");
    const twice = await grant("line-1");
    expect(twice.code).toBe(1);
    expect(twice.err).toBe(
      "rental.line_rented: line line-1 is rented already\n  Choose a free line, or end the running rental first.\n",
    );
    expect((await grant("line-9")).err).toMatch(/^rental\.unknown_line: /);
    expect((await command("rental", "end", "0".repeat(32))).err).toMatch(/^rental\.unknown: /);
  });

  it("never sends a private key to the box", async () => {
    const file = join(tempFolder(), "renter.key.json");
    writeFileSync(file, serialiseG2([renter], renter.name));
    const grant = ["rental", "grant", "--line", "line-1", "--renter", file, "--days", "7", "--json"];
    const refused = await command(...grant);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/^rental\.private_key: /);
    expect(refused.err).toContain(pair);
    expect(await box.console.rentals()).toEqual([]);
    const forced = await command(...grant, "--force");
    expect(JSON.parse(forced.out)).toMatchObject({ renter: keys });
  });
});

describe("numberbox slots, lines and identity", () => {
  it("show what the box knows", async () => {
    await ready(box);
    const slots = await command("slots");
    expect(slots.out).toMatch(/^1 +ready +\+15550101 /m);
    const [first] = (await command("slots", "--json")).out.split("\n");
    expect(JSON.parse(first ?? "")).toMatchObject({ id: "1", state: "ready", problem: null });
    expect((await command("lines")).out).toMatch(/^line-1 +\+15550101 +free$/m);
    expect(
      (await command("lines", "--json")).out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).id),
    ).toEqual(["line-1", "line-2"]);
    expect((await command("identity", "show")).out).toBe(`${toBase64url(box.identity.verify)}\n`);
    expect(JSON.parse((await command("identity", "show", "--json")).out)).toEqual({
      verify: toBase64url(box.identity.verify),
    });
  });
});

describe("a box that does not answer", () => {
  it("is told as such when it has gone", async () => {
    await box.stop();
    const { code, err } = await command("slots");
    expect(code).toBe(1);
    expect(err).toMatch(/^app\.unreachable: the box does not answer at http:\/\/127\.0\.0\.1:\d+\n/);
  });

  it("is told when the token is another run's", async () => {
    await setPassword({ settings: box.store, random: systemRandom, password: "seven quiet otters" });
    writeFileSync(join(data, "local-access.json"), JSON.stringify({ url: box.consoleUrl, token: "x".repeat(43) }));
    expect((await command("slots")).err).toMatch(/^web\.sign_in_needed: /);
  });
});
