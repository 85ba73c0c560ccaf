// `renter telegram` as a user runs it, at the real relay, with the Bot API at the HTTP level.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Millis, seconds, toBase64url } from "../../src/base/index.ts";
import { publicKeysToText, serialiseG2 } from "../../src/envelope/index.ts";
import type { OrderFile } from "../../src/renter/index.ts";
import { openDiskFolder, rememberLogin } from "../../src/renter-node/index.ts";
import { startFakeBotApi } from "../sim/telegram/fake-bot-api.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { CommandRun } from "./command-run.ts";
import { grantOf, LISTING, messageOf, NOW, NUMBER, provider, renter, stranger } from "./fixtures.ts";
import { type RealRelay, startRealRelay } from "./real-relay.ts";

const TOKEN = "123456789:AAEhBOweik9ai2o01hsfjaoiwefjoaisdjfA";
const SECRET = "Your code is 271828";

let root: string;
let keyfile: string;
let relay: RealRelay;
let api: Awaited<ReturnType<typeof startFakeBotApi>>;
let running: CommandRun[] = [];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "renter-telegram-"));
  keyfile = join(root, "users.key.json");
  writeFileSync(keyfile, serialiseG2([renter], renter.name));
  writeFileSync(join(root, "token"), `${TOKEN}\n`);
  relay = await startRealRelay(new VirtualClock(NOW));
  await relay.grant(grantOf());
  api = await startFakeBotApi(TOKEN);
});
afterEach(async () => {
  for (const command of running) command.abort.abort();
  await Promise.allSettled(running.map(({ done }) => done));
  running = [];
  await api.stop();
  await relay.stop();
  rmSync(root, { recursive: true, force: true });
});

function start(...more: readonly string[]): CommandRun {
  const access = ["--keyfile", keyfile, "--relay", relay.url, "--token-file", join(root, "token"), "--api", api.url];
  const command = new CommandRun(root, ["telegram", ...access, ...more]);
  // A rejection is looked at where it is expected.
  command.done.catch(() => {});
  running.push(command);
  return command;
}

/** Lets the command's clock run until `look` holds. */
async function until(command: CommandRun, look: () => boolean, step: Millis = seconds(1)): Promise<void> {
  for (let turns = 0; turns < 3000; turns++) {
    if (look()) return;
    await command.clock.advance(step);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`it did not come: ${command.stdout} ${command.stderr} ${JSON.stringify(api.texts())}`);
}

/** Lets the command's clock run until the relay has a renter's receipt. */
async function untilAcknowledged(command: CommandRun): Promise<void> {
  let count = 0;
  for (let looks = 0; looks < 300 && count === 0; looks++) {
    await command.clock.advance(seconds(1));
    const metrics = await (await fetch(`${relay.url}/metrics`)).text();
    count = Number(/^numberbox_relay_receipts_total (\d+)$/m.exec(metrics)?.[1] ?? 0);
  }
  expect(count).toBe(1);
}

const stopped = async (command: CommandRun): Promise<void> => {
  command.abort.abort();
  expect(await command.done).toBe(0);
};

describe("renter telegram", () => {
  it("says that SMS wait and nothing of them, once, also after a start anew; they stay for the app", async () => {
    const first = start("--chat", "42");
    await relay.forward(await messageOf({ seq: 1, body: SECRET }));
    await until(first, () => api.texts().length > 0);
    expect(api.texts()).toEqual([`A new SMS waits for you.\n${relay.url}/dashboard`]);
    const told = join(root, ".local/state/numberbox/renter/telegram/telegram.json");
    await until(first, () => existsSync(told) && readFileSync(told, "utf8").includes('":1}'));
    await stopped(first);
    await relay.forward(await messageOf({ seq: 2, body: SECRET }));
    await relay.forward(await messageOf({ seq: 3, body: SECRET }));
    const second = start("--chat", "42", "--link", "https://example.test/in");
    await until(second, () => api.texts().length > 1);
    await until(second, () => second.clock.now() > NOW + 60_000);
    expect(api.texts().slice(1)).toEqual(["2 new SMS wait for you.\nhttps://example.test/in"]);
    await stopped(second);
    expect(api.everything()).not.toContain("271828");
    expect(api.everything()).not.toContain(NUMBER);
    const inbox = new CommandRun(root, ["inbox", "--keyfile", keyfile, "--relay", relay.url, "--json"]);
    await inbox.done;
    expect(inbox.lines.map(({ body }) => body)).toEqual([SECRET, SECRET, SECRET]);
  });

  it.each([[], ["--decrypt"]])(
    "tells of a key that was made while it runs, without a start anew (%s)",
    async (...more) => {
      const state = join(root, ".local/state/numberbox/renter");
      const login = {
        keyfile,
        user: null,
        passwordFile: null,
        relays: [relay.url],
        mirrors: [],
        socks5: null,
        pins: {},
      };
      await rememberLogin(await openDiskFolder(state), login);
      const args = ["--token-file", join(root, "token"), "--api", api.url, "--chat", "42"];
      const command = new CommandRun(root, ["telegram", ...args, ...more]);
      command.done.catch(() => {});
      running.push(command);
      await relay.forward(await messageOf({ seq: 1 }));
      await until(command, () => api.texts().length === 1);

      const [rentalId, id] = ["cd".repeat(16), "ef".repeat(16)];
      await relay.grant(grantOf({ to: stranger, rentalId }));
      mkdirSync(join(state, "orders"), { recursive: true });
      const own = join(state, "orders", `${id}.key.json`);
      // An order whose key is not there yet is told of once, and taken up when it is.
      const order: OrderFile = {
        ...{ v: 1, relay: relay.url, keyfile: own, ticket: null, provider: toBase64url(provider.verify) },
        ...{ rental: 50_000, per_sms: 0 },
        request: {
          ...{ order_id: id, listing_id: LISTING, tier: "sms_only", duration: "daily", sms: 0 },
          ...{ renter: publicKeysToText(stranger), payment: { method: "emc" }, envelope_version: 1 },
        },
      };
      writeFileSync(join(state, "orders", `${id}.json`), JSON.stringify(order));
      await until(command, () => command.stderr.includes("renter.cannot_read"));
      writeFileSync(own, serialiseG2([stranger], stranger.name));
      await relay.forward(await messageOf({ seq: 1, to: stranger, rentalId, body: "For the new key" }));
      await until(command, () => api.texts().length === 2);
      expect(api.texts()[1]).toContain(more.length === 0 ? "A new SMS waits for you." : "For the new key");
      expect(command.stderr.match(/renter\.cannot_read/g)).toHaveLength(1);
      await stopped(command);
    },
  );

  it("with --decrypt writes the texts, and nobody else gets those messages", async () => {
    const command = start("--chat", "42", "--decrypt");
    await relay.forward(await messageOf({ seq: 1, body: SECRET }));
    await until(command, () => api.texts().length > 0);
    expect(api.texts()[0]).toContain(SECRET);
    expect(api.texts()[0]).toContain(NUMBER);
    expect(command.stderr).toContain("Telegram reads what a bot writes");
    // The text comes first: who is stopped between leaves the message for the next reader.
    await untilAcknowledged(command);
    await stopped(command);
    const inbox = new CommandRun(root, ["inbox", "--new", "--keyfile", keyfile, "--relay", relay.url, "--json"]);
    await inbox.done;
    expect(inbox.lines).toEqual([]);
  });

  it("waits as long as Telegram says, and tells a fault once", async () => {
    api.fail({ error_code: 429, description: "Too Many Requests", parameters: { retry_after: 40 } }, 1);
    const command = start("--chat", "42");
    await relay.forward(await messageOf({ seq: 1, body: SECRET }));
    await until(command, () => api.refused() > 0);
    const at = command.clock.now();
    await until(command, () => api.texts().length > 0);
    expect(command.clock.now() - at).toBeGreaterThanOrEqual(38_000);
    expect(command.stderr.match(/did not take a message/g)).toHaveLength(1);
    await stopped(command);
  });

  it("pairs with the chat that gives the code, and with no other", async () => {
    const command = start();
    await until(command, () => /\/start \d{6}/.test(command.stdout));
    const [code = ""] = /\d{6}/.exec(command.stdout) ?? [];
    api.write(666, "/start 000000");
    api.write(42, `/start ${code}`);
    await until(command, () => command.stdout.includes("Paired with chat 42"));
    api.write(666, "/status");
    api.write(42, "/mute 2h");
    await until(command, () => api.texts().length > 0);
    expect(api.sent().map(({ chat }) => chat)).toEqual(["42"]);
    await relay.forward(await messageOf({ seq: 1, body: SECRET }));
    await until(command, () => command.clock.now() > NOW + 3_600_000, seconds(60));
    expect(api.texts()).toEqual([expect.stringContaining("Quiet for 2h")]);
    api.write(42, "/unmute");
    await until(command, () => api.texts().some((text) => text.includes("waits for you")));
    await stopped(command);
    const again = start();
    await until(again, () => again.stderr.includes("Telling chat 42"));
    await stopped(again);
  });

  it("does not begin while another process tells a chat", async () => {
    const folder = join(root, ".local/state/numberbox/renter/telegram");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "lock"), `${process.ppid}\n`);
    const command = start("--chat", "42");
    expect([await command.done, command.stderr]).toEqual([1, expect.stringMatching(/^renter\.in_use: /)]);
  });

  it("ends with a clear word when the token is not the bot's", async () => {
    const command = start("--chat", "42");
    await until(command, () => command.stderr.includes("Telling"));
    api.revoke();
    await relay.forward(await messageOf({ seq: 1, body: SECRET }));
    await until(command, () => api.refused() > 0);
    expect([await command.done, command.stderr]).toEqual([1, expect.stringContaining("notify.bad_token: ")]);
    expect(command.stderr).not.toContain(TOKEN);
  });
});
