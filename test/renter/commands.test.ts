// The commands as a user runs them, at the real relay, with key files and state on disk.

import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { seconds, toBase64url, toHex } from "../../src/base/index.ts";
import type { ExitCode } from "../../src/bin/cli-io.ts";
import { type PublicKeys, parseKeyfile, publicKeysToText, serialiseG2 } from "../../src/envelope/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { CommandRun } from "./command-run.ts";
import { FakeRelay } from "./fake-relay.ts";
import { grantOf, messageOf, NOW, NOW_S, NUMBER, RENTAL, renter, stranger, suite } from "./fixtures.ts";
import { type RealRelay, startRealRelay } from "./real-relay.ts";

let root: string;
let keyfile: string;
let relay: RealRelay;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "renter-commands-"));
  keyfile = join(root, "users.key.json");
  writeFileSync(keyfile, serialiseG2([stranger, renter], renter.name));
  relay = await startRealRelay(new VirtualClock(NOW));
  await relay.grant(grantOf());
});
afterEach(async () => {
  await relay.stop();
  rmSync(root, { recursive: true, force: true });
});

function publicPair(keys: PublicKeys): string {
  const { verify, encrypt } = publicKeysToText(keys);
  return `${verify}:${encrypt}`;
}

async function run(...argv: readonly string[]): Promise<CommandRun & { readonly exit: ExitCode }> {
  const command = new CommandRun(root, argv);
  return Object.assign(command, { exit: await command.done });
}

async function post(path: string, body: object): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  return (await fetch(`${relay.url}/${path}`, { method: "POST", headers, body: JSON.stringify(body) })).json();
}

const access = (): readonly string[] => ["--keyfile", keyfile, "--relay", relay.url];
const bodies = (command: CommandRun): readonly unknown[] => command.lines.map((line) => line.body);

describe("renter login", () => {
  it("lists the rentals and remembers paths and URL only", async () => {
    const login = await run("login", ...access());
    expect(login.exit).toBe(0);
    expect(login.stdout).toContain(`as ${renter.name}`);
    expect(login.stdout).toContain(NUMBER);
    const file = join(root, ".local/state/numberbox/renter/login.json");
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
      v: 1,
      keyfile,
      user: null,
      password_file: null,
      relays: [relay.url],
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await relay.forward(await messageOf({ seq: 1, body: "hello" }));
    const inbox = await run("inbox", "--json");
    expect(bodies(inbox)).toEqual(["hello"]);
  });

  it("signs out: no token of the key is good any more, and the next command signs in anew", async () => {
    await run("login", ...access());
    const challenge = (await post("auth/challenge", { pubkey: publicKeysToText(renter).verify })) as {
      challenge: string;
    };
    const signature = toBase64url(
      suite.ed25519Sign(renter.seed.reveal(), new TextEncoder().encode(challenge.challenge)),
    );
    const body = { pubkey: publicKeysToText(renter).verify, challenge: challenge.challenge, signature };
    const { token } = (await post("auth", body)) as { token: string };
    const sms = async () => (await fetch(`${relay.url}/sms`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await sms()).toBe(200);
    const out = await run("logout", "--json");
    expect([out.exit, out.lines]).toEqual([0, [{ type: "logout", relay: relay.url }]]);
    expect(await sms()).toBe(401);
    expect((await run("logout")).exit).toBe(0);
    expect((await run("inbox")).exit).toBe(0);
  });

  it("tells a renter without rentals which keys the provider needs", async () => {
    const login = await run("login", ...access(), "--user", stranger.name);
    const { verify, encrypt } = publicKeysToText(stranger);
    expect(login.stdout).toBe(
      `Signed in at ${relay.url} as ${stranger.name}.\n  No rentals yet.\n` +
        `What a provider needs to rent you a number (rental grant --renter):\n${verify}:${encrypt}\n`,
    );
  });

  it("prints one JSON object with the rentals", async () => {
    const login = await run("login", ...access(), "--json");
    expect(login.lines).toMatchObject([
      {
        type: "login",
        relay: relay.url,
        renter_keys: publicPair(renter),
        rentals: [{ rental_id: RENTAL, number: NUMBER, state: "active" }],
      },
    ]);
  });

  it("lists rentals by number, then by start", async () => {
    const fake = await FakeRelay.start();
    const rental = (id: string, number: string, startsAt: number) => {
      const grant = grantOf({ rentalId: id.repeat(32), number, startsAt });
      return { grant, state: "active", last_seq: 0 } as const;
    };
    fake.rentals = [
      rental("c", "+15550102", NOW_S),
      rental("b", "+15550101", NOW_S + 60),
      rental("a", "+15550101", NOW_S),
    ];
    const login = await run("login", "--keyfile", keyfile, "--relay", fake.url);
    await fake.stop();
    expect([...login.stdout.matchAll(/rental (\w)\w{31}$/gm)].map(([, id]) => id)).toEqual(["a", "b", "c"]);
  });

  it("says that an address is no relay's", async () => {
    const fake = await FakeRelay.start();
    fake.failNext("auth/challenge", [404, { code: "web.not_found", title: "nothing here" }]);
    const login = await run("login", "--keyfile", keyfile, "--relay", fake.url);
    await fake.stop();
    expect(login.exit).toBe(1);
    expect(login.stderr).toMatch(/^renter\.not_a_relay: .*\n {2}Check the address: .*console/);
  });

  it("is required when neither key file nor relay is known", async () => {
    const inbox = await run("inbox");
    expect([inbox.exit, inbox.stdout]).toEqual([1, ""]);
    expect(inbox.stderr).toMatch(/^renter\.not_signed_in: .*\n {2}Run: numberbox renter login/);
  });

  it("uses another user of the key file with another inbox", async () => {
    await relay.forward(await messageOf({ seq: 1 }));
    const other = await run("inbox", ...access(), "--user", stranger.name, "--json");
    expect([other.exit, other.stdout]).toEqual([0, ""]);
    const unknown = await run("inbox", ...access(), "--user", "nobody");
    expect(unknown.stderr).toMatch(/^renter\.no_user: /);
  });
});

describe("renter keys", () => {
  it("makes a key that login takes, private to its owner, and prints the public pair alone", async () => {
    const file = join(root, "new.key.json");
    const made = await run("keys", "--create", file);
    expect(made.exit).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { current } = parseKeyfile({ suite, text: readFileSync(file, "utf8"), name: "new" });
    expect(current.name).toBe("renter");
    expect(made.stdout).toBe(`${publicPair(current)}\n`);
    expect(made.stderr).toContain("This line is what the provider needs");
    const { private: secret } = JSON.parse(readFileSync(file, "utf8")).users.renter;
    for (const form of [secret, toBase64url(current.seed.reveal()), toHex(current.seed.reveal())]) {
      expect(made.stdout + made.stderr).not.toContain(form);
    }
    const login = await run("login", "--keyfile", file, "--relay", relay.url);
    expect(login.stdout).toContain(`\n${publicPair(current)}\n`);
  });

  it("names a new key by --user, and refuses a name that no key may have before it writes", async () => {
    const file = join(root, "new.key.json");
    const bad = await run("keys", "--create", file, "--user", "No Name");
    expect([bad.exit, bad.stderr.split(":")[0], existsSync(file)]).toEqual([1, "identity.bad_name", false]);
    const made = await run("keys", "--create", file, "--user", "alice", "--json");
    const { current } = parseKeyfile({ suite, text: readFileSync(file, "utf8"), name: "new" });
    expect(made.lines).toEqual([{ type: "keys", user: "alice", renter_keys: publicPair(current) }]);
    expect(made.stderr).toBe("");
  });

  it("never overwrites a file", async () => {
    const before = readFileSync(keyfile, "utf8");
    const made = await run("keys", "--create", keyfile);
    expect([made.exit, made.stdout]).toEqual([1, ""]);
    expect(made.stderr).toMatch(/^renter\.cannot_write: .* exists already\n {2}Choose a file/);
    expect(readFileSync(keyfile, "utf8")).toBe(before);
  });

  it("prints the pair of a key file, of one of its users, and of the last login", async () => {
    expect((await run("keys", "--keyfile", keyfile)).stdout).toBe(`${publicPair(renter)}\n`);
    const other = await run("keys", "--keyfile", keyfile, "--user", stranger.name);
    expect(other.stdout).toBe(`${publicPair(stranger)}\n`);
    await run("login", ...access());
    expect((await run("keys")).stdout).toBe(`${publicPair(renter)}\n`);
  });

  it("says how to come by a key when none is known, and takes no key file beside --create", async () => {
    const none = await run("keys");
    expect(none.stderr).toMatch(/^renter\.not_signed_in: .*\n {2}Name one with --keyfile FILE, or make one/);
    expect((await run("keys", "--create", join(root, "x"), "--keyfile", keyfile)).exit).toBe(2);
  });
});

describe("renter inbox", () => {
  it("says to people that there is nothing, to programs nothing", async () => {
    expect((await run("inbox", ...access())).stdout).toBe("No messages.\n");
    expect((await run("inbox", ...access(), "--new")).stdout).toBe("Nothing new.\n");
    for (const more of [[], ["--new"]]) expect((await run("inbox", ...access(), "--json", ...more)).stdout).toBe("");
    await relay.forward(await messageOf({ seq: 1, body: "one" }));
    expect((await run("inbox", ...access(), "--new")).stdout).not.toContain("Nothing");
    expect((await run("inbox", ...access(), "--new")).stdout).toBe("Nothing new.\n");
    expect((await run("inbox", ...access())).stdout).not.toContain("No messages");
  });

  it("does not claim that there is nothing when the relay could not be asked", async () => {
    const inbox = await run("inbox", "--keyfile", keyfile, "--relay", "http://127.0.0.1:1");
    expect([inbox.exit, inbox.stdout]).toEqual([1, ""]);
  });

  it("prints a new SMS as one JSON object, and the whole history each time", async () => {
    await relay.forward(await messageOf({ seq: 1, body: "one" }));
    const first = await run("inbox", ...access(), "--json");
    expect(first.exit).toBe(0);
    expect(first.lines).toMatchObject([
      { type: "sms", from: "+15550199", to: NUMBER, body: "one", seq: 1, rental_id: RENTAL, verified: true },
    ]);
    await relay.forward(await messageOf({ seq: 2, body: "two" }));
    expect(bodies(await run("inbox", ...access(), "--json"))).toEqual(["one", "two"]);
    expect(bodies(await run("inbox", ...access(), "--json"))).toEqual(["one", "two"]);
  });

  it("with --new prints each message once", async () => {
    await relay.forward(await messageOf({ seq: 1, body: "one" }));
    expect(bodies(await run("inbox", ...access(), "--json", "--new"))).toEqual(["one"]);
    expect(bodies(await run("inbox", ...access(), "--json", "--new"))).toEqual([]);
    await relay.forward(await messageOf({ seq: 2, body: "two" }));
    expect(bodies(await run("inbox", ...access(), "--json", "--new"))).toEqual(["two"]);
  });

  it("with --rental prints that rental only, and leaves the others new", async () => {
    const other = "e".repeat(32);
    await relay.grant(grantOf({ rentalId: other }));
    await relay.forward(await messageOf({ seq: 1, body: "one" }));
    await relay.forward(await messageOf({ seq: 1, body: "other", rentalId: other }));
    expect(bodies(await run("inbox", ...access(), "--json", "--new", "--rental", other))).toEqual(["other"]);
    expect(bodies(await run("inbox", ...access(), "--json", "--new"))).toEqual(["one"]);
  });

  it("with --follow prints what comes until Ctrl-C, which is exit code 0", async () => {
    await relay.forward(await messageOf({ seq: 1, body: "one" }));
    const command = new CommandRun(root, ["inbox", ...access(), "--json", "--follow"]);
    await command.until(() => command.stderr.includes("Following"));
    await relay.forward(await messageOf({ seq: 3, body: "three" }));
    await command.until(() => command.stdout.includes("three"));
    expect(command.lines).toMatchObject([
      { type: "sms", body: "one" },
      { type: "gap", rental_id: RENTAL, from: 2, to: 2 },
      { type: "sms", body: "three" },
    ]);
    command.abort.abort();
    expect(await command.done).toBe(0);
    expect(command.clock.pending).toEqual([]);
  });

  it("shows what it has when the relay is down, says so, and ends with 1", async () => {
    await relay.forward(await messageOf({ seq: 1, body: "one" }));
    await run("inbox", ...access(), "--json");
    const { url } = relay;
    await relay.stop();
    const inbox = await run("inbox", "--keyfile", keyfile, "--relay", url);
    expect(inbox.exit).toBe(1);
    expect(inbox.stdout).toContain("    one\n");
    expect(inbox.stderr).toMatch(/^renter\.relay_unreachable: .*ECONNREFUSED.*\n {2}Check the URL/);
    relay = await startRealRelay(new VirtualClock(NOW));
  });

  it("reads from several relays into one inbox", async () => {
    const second = await startRealRelay(new VirtualClock(NOW));
    await second.grant(grantOf());
    await relay.forward(await messageOf({ seq: 1, body: "one" }));
    await second.forward(await messageOf({ seq: 1, body: "one" }));
    await second.forward(await messageOf({ seq: 2, body: "two" }));
    const inbox = await run("inbox", ...access(), "--relay", second.url, "--json");
    await second.stop();
    expect(inbox.exit).toBe(0);
    expect([...bodies(inbox)].sort()).toEqual(["one", "two"]);
  });

  it("reports a refused message on both streams, reads the others, and ends with 1", async () => {
    const fake = await FakeRelay.start();
    fake.rentals = [{ grant: grantOf(), state: "active", last_seq: 2 }];
    fake.push({ ...(await messageOf({ seq: 1 })), ts: 1 }, await messageOf({ seq: 2, body: "two" }));
    const inbox = await run("inbox", "--keyfile", keyfile, "--relay", fake.url, "--json");
    await fake.stop();
    expect(inbox.exit).toBe(1);
    expect(inbox.stderr).toMatch(/^renter\.bad_signature: .*\n {2}It stays at the relay/);
    expect(inbox.lines).toMatchObject([
      { type: "error", code: "renter.bad_signature", rental_id: RENTAL, seq: 1 },
      { type: "gap", from: 1, to: 1 },
      { type: "sms", body: "two" },
    ]);
  });

  it("tells once that a followed relay is gone, and that it is back", async () => {
    const fake = await FakeRelay.start();
    fake.failNext("rentals", "reset", "reset");
    const command = new CommandRun(root, ["inbox", "--keyfile", keyfile, "--relay", fake.url, "--follow"]);
    await command.until(() => command.stderr.includes("renter.relay_unreachable"));
    while (!command.stderr.includes("again")) await command.clock.advance(seconds(0.1));
    command.abort.abort();
    expect(await command.done).toBe(0);
    await fake.stop();
    expect(command.stderr.match(/renter\.relay_unreachable/g)).toHaveLength(1);
  });

  it("shows what another process, which follows, has received, and fetches nothing", async () => {
    const first = new CommandRun(root, ["inbox", ...access(), "--follow", "--json"]);
    await first.until(() => first.stderr.includes("Following"));
    await relay.forward(await messageOf({ seq: 1, body: "one" }));
    await first.until(() => first.stdout.includes("one"));
    const [folder] = readdirSync(join(root, ".local/state/numberbox/renter"));
    // Both commands are one process here, whose own lock counts as left over: another living process holds it.
    writeFileSync(join(root, ".local/state/numberbox/renter", folder ?? "", "lock"), `${process.ppid}\n`);
    const second = new CommandRun(root, ["inbox", ...access(), "--json"]);
    await second.clock.settle(second.done, seconds(10));
    expect([await second.done, bodies(second)]).toEqual([0, ["one"]]);
    expect(second.stderr).toContain("Another process");
    const third = new CommandRun(root, ["inbox", ...access(), "--new"]);
    await third.clock.settle(third.done, seconds(10));
    expect([await third.done, third.stderr.split(":")[0]]).toEqual([1, "renter.in_use"]);
    first.abort.abort();
    await first.done;
  });

  it("refuses a malformed rental id as wrong usage", async () => {
    expect((await run("inbox", ...access(), "--rental", "x")).exit).toBe(2);
  });

  it("says what is wrong with a key file, without what is in it", async () => {
    writeFileSync(keyfile, '{"private":"c2VjcmV0"}');
    const inbox = await run("inbox", ...access());
    expect(inbox.stderr).toMatch(/^keyfile\./);
    expect(inbox.stderr).not.toContain("c2VjcmV0");
    const none = await run("inbox", "--keyfile", join(root, "none"), "--relay", relay.url);
    expect(none.stderr).toMatch(/^renter\.cannot_read: .*ENOENT/);
  });
});

describe("renter receipts and export", () => {
  beforeEach(async () => {
    await relay.forward(await messageOf({ seq: 1, body: "one" }));
    await run("inbox", ...access());
  });

  it("lists the receipts that the relay took", async () => {
    const receipts = await run("receipts", ...access(), "--json");
    expect(receipts.lines).toMatchObject([{ type: "receipt", seq: 1, state: "accepted", rental_id: RENTAL }]);
    const human = await run("receipts", ...access());
    expect(human.stdout).toBe(`2026-01-01T00:00:00+00:00  rental ${RENTAL} (${NUMBER})  seq 1  accepted\n`);
  });

  it("says so where there are none", async () => {
    const other = ["--state", join(root, "empty"), ...access()];
    const none = await run("receipts", ...other);
    expect([none.exit, none.stdout]).toEqual([0, "No receipts yet: each message has one.\n"]);
    expect((await run("receipts", ...other, "--json")).stdout).toBe("");
  });

  it("writes the bundle into a new file for its owner, and never over another", async () => {
    const out = join(root, "export.json");
    const written = await run("export", ...access(), "--out", out);
    expect(written.exit).toBe(0);
    expect(written.stdout).toBe(
      `Wrote 1 message with receipt and 1 grant to ${out}.\n` +
        "  0 of them with the relay's receipt; those of a day that is not over get none.\n",
    );
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const bundle = JSON.parse(readFileSync(out, "utf8"));
    expect(bundle).toMatchObject({ format: "numberbox-renter-export", grants: [grantOf()] });
    expect(bundle.messages).toMatchObject([{ receipt_state: "accepted" }]);
    expect(JSON.stringify(bundle)).not.toContain("one");
    const again = await run("export", ...access(), "--out", out);
    expect([again.exit, again.stderr.split(":")[0]]).toEqual([1, "renter.cannot_write"]);
  });

  it("has what it wrote checked by anybody, message by message, and a changed file refused with codes", async () => {
    const out = join(root, "export.json");
    await run("export", ...access(), "--texts", "--out", out);
    const good = await run("verify-export", out);
    expect([good.exit, good.stderr]).toEqual([0, ""]);
    expect(good.stdout).toContain("holds; no receipt of a relay; text not checked: name its key\n");
    expect(good.stdout).toContain("All of it holds: 1 message");
    const own = await run("verify-export", out, "--keyfile", keyfile, "--json");
    expect(own.lines).toMatchObject([{ type: "message", ok: true, provider: null, renter: null, text: null }]);
    writeFileSync(out, readFileSync(out, "utf8").replace(/"ts": \d+/, `"ts": ${NOW_S - 1}`));
    const bad = await run("verify-export", out, "--json");
    expect(bad.lines).toMatchObject([{ type: "message", ok: false, provider: "renter.bad_signature", renter: null }]);
    expect([bad.exit, bad.stderr.split(":")[0]]).toEqual([1, "renter.export_not_verified"]);
    expect((await run("verify-export", keyfile)).stderr.split(":")[0]).toBe("renter.bad_export");
  });

  it("prints the bundle as one JSON document", async () => {
    expect((await run("export", ...access())).lines).toMatchObject([{ format: "numberbox-renter-export", v: 2 }]);
  });
});

const vector = new URL("../../../shared/vectors/ness/encrypted.keys.old.json", import.meta.url);
const missing = existsSync(vector) ? "" : " (skipped: shared/vectors is not there)";

describe("an encrypted key file", () => {
  it.skipIf(missing !== "")(`needs its password file${missing}`, async () => {
    copyFileSync(vector, keyfile);
    const without = await run("inbox", ...access());
    expect(without.stderr).toMatch(/^keyfile\.needs_password/);
    const password = join(root, "password");
    writeFileSync(password, "correct horse\n");
    expect((await run("inbox", ...access(), "--password-file", password)).exit).toBe(0);
  });
});
