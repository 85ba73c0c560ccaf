import { describe, expect, it } from "vitest";
import { deferred, type Millis, minutes, Secret, seconds, silentLogger, unixMs } from "../../src/base/index.ts";
import { createWalletGate } from "../../src/chain/index.ts";
import type { WalletGate } from "../../src/core/index.ts";
import { codeOf, FakeRpc, Refusal } from "./fake-rpc.ts";

const PASSPHRASE = "correct horse";
const right = new Secret(PASSPHRASE);

/** The lock of one wallet, as the node keeps it. */
class LockedNode {
  encrypted = true;
  /** In ms of the clock; 0 while locked. */
  until = 0;
  mintOnly = false;
  readonly seen: string[] = [];
  readonly fake = new FakeRpc(({ method, params }) => this.#answer(method, params));
  readonly gate: WalletGate = createWalletGate({
    session: this.fake.session(),
    clock: this.fake.clock,
    log: silentLogger,
  });

  get open(): boolean {
    return this.until > this.fake.clock.now() && !this.mintOnly;
  }

  #answer(method: string, params: readonly unknown[]): unknown {
    if (method === "getinfo") return { fullversion: "v0.8.6.0", connections: 0, mintonly: this.mintOnly };
    if (method === "getwalletinfo") {
      const until = this.until > this.fake.clock.now() ? Math.floor(this.until / 1000) : 0;
      const balances = { balance: 1, unconfirmed_balance: 0, immature_balance: 0 };
      return { walletname: "", ...balances, ...(this.encrypted ? { unlocked_until: until } : {}) };
    }
    this.seen.push(method === "walletlock" ? "lock" : params[2] === true ? "mint" : "unlock");
    if (!this.encrypted) throw new Refusal(-15, "Error: running with an unencrypted wallet, but x was called.");
    if (method === "walletlock") {
      this.until = 0;
      return null;
    }
    const [passphrase, forSeconds, mintOnly] = params;
    if (passphrase !== PASSPHRASE) throw new Refusal(-14, "Error: The wallet passphrase entered was incorrect.");
    this.until = this.fake.clock.now() + Number(forSeconds) * 1000;
    this.mintOnly = mintOnly === true;
    return { "mint only": this.mintOnly };
  }
}

async function known(): Promise<LockedNode> {
  const node = new LockedNode();
  await node.gate.remember(right, null);
  node.seen.length = 0;
  return node;
}

describe("the passphrase", () => {
  it("is tried before it is kept, and leaves the wallet locked", async () => {
    const node = new LockedNode();
    expect(await codeOf(node.gate.remember(new Secret("wrong"), null))).toBe("emercoin.bad_passphrase");
    expect(node.gate.ready).toBe(false);
    await node.gate.remember(right, null);
    expect(node.gate.ready).toBe(true);
    expect(node.until).toBe(0);
  });

  it("is forgotten at its time, or when told to", async () => {
    const node = new LockedNode();
    await node.gate.remember(right, unixMs(node.fake.clock.now() + minutes(5)));
    await node.fake.clock.advance(minutes(5));
    expect(node.gate.ready).toBe(false);
    expect(await codeOf(node.gate.unlocked("x", async () => {}))).toBe("emercoin.locked");
    await node.gate.remember(right, null);
    node.gate.forget();
    expect(node.gate.ready).toBe(false);
  });

  it("stands in no error, whatever the node says", async () => {
    const node = new LockedNode();
    const error: unknown = await node.gate.remember(new Secret("my secret words"), null).catch((thrown) => thrown);
    expect(JSON.stringify(error)).not.toContain("secret words");
    expect(String(error)).not.toContain("secret words");
    expect(JSON.stringify((error as Error).cause)).not.toContain("secret words");
  });

  it("of a wallet that has none is refused", async () => {
    const node = new LockedNode();
    node.encrypted = false;
    expect(await codeOf(node.gate.remember(right, null))).toBe("emercoin.not_encrypted");
    expect(await node.gate.unlocked("x", async () => 5)).toBe(5);
  });
});

describe("work with the wallet", () => {
  it("finds it open and leaves it locked, also when the work fails", async () => {
    const node = await known();
    expect(await node.gate.unlocked("x", async () => node.open)).toBe(true);
    expect(node.until).toBe(0);
    const failing = node.gate.unlocked("x", async () => {
      throw new Refusal(0, "no");
    });
    await expect(failing).rejects.toBeInstanceOf(Refusal);
    expect(node.until).toBe(0);
    expect(node.seen).toEqual(["unlock", "lock", "unlock", "lock"]);
  });

  it("of several at a time shares one unlocking; the last locks", async () => {
    const node = await known();
    const first = deferred<void>();
    const a = node.gate.unlocked("a", () => first.promise);
    await node.fake.clock.flush();
    await node.gate.unlocked("b", async () => {});
    expect(node.seen).toEqual(["unlock"]);
    expect(node.open).toBe(true);
    first.resolve();
    await a;
    expect(node.seen).toEqual(["unlock", "lock"]);
  });

  it("that comes while the wallet is being locked waits and opens it anew", async () => {
    const node = await known();
    const locking = deferred<void>();
    node.fake.intercept = (body) =>
      body.includes("walletlock")
        ? locking.promise.then(() => {
            node.until = 0;
            return { status: 200, body: '{"result":null,"error":null,"id":1}' };
          })
        : null;
    const a = node.gate.unlocked("a", async () => {});
    await node.fake.clock.flush();
    const b = node.gate.unlocked("b", async () => node.open);
    await node.fake.clock.flush();
    node.fake.intercept = null;
    locking.resolve();
    await a;
    expect(await b).toBe(true);
    expect(node.until).toBe(0);
  });

  it("that goes on for long has the node's timer started anew by newcomers", async () => {
    const node = await known();
    const long = deferred<void>();
    const a = node.gate.unlocked("a", () => long.promise);
    const each: Millis = seconds(70);
    for (let i = 0; i < 3; i++) {
      await node.fake.clock.advance(each);
      expect(await node.gate.unlocked("b", async () => node.open)).toBe(true);
    }
    long.resolve();
    await a;
    expect(node.until).toBe(0);
  });

  it("leaves a wallet open that its owner opened", async () => {
    const node = await known();
    node.until = node.fake.clock.now() + minutes(60);
    const { until } = node;
    await node.gate.unlocked("x", async () => {});
    expect(node.until).toBe(until);
    expect(node.seen).toEqual([]);
  });

  it("lets a wallet that was open for minting mint again for the rest of its time", async () => {
    const node = await known();
    node.until = node.fake.clock.now() + minutes(60);
    node.mintOnly = true;
    const { until } = node;
    expect(await node.gate.unlocked("x", async () => node.open)).toBe(true);
    expect(node.seen).toEqual(["unlock", "lock", "mint"]);
    expect([node.mintOnly, node.until]).toEqual([true, until]);
    node.gate.forget();
    expect(await codeOf(node.gate.unlocked("x", async () => {}))).toBe("emercoin.minting_only");
  });
});
