import { describe, expect, it } from "vitest";
import { z } from "zod";
import { AppError, deferred, millis, seconds } from "../../src/base/index.ts";
import { noAnswer, type RpcCall } from "../../src/chain/json-rpc.ts";
import { codeOf, FakeRpc, Refusal } from "./fake-rpc.ts";

const read = (method: string, ...params: readonly unknown[]): RpcCall => ({ method, params, kind: "read" });
const write = (method: string, ...params: readonly unknown[]): RpcCall => ({ method, params, kind: "write" });
const echo = ({ method, params }: { readonly method: string; readonly params: readonly unknown[] }): unknown => [
  method,
  ...params,
];
const unreachable = (): AppError => new AppError("emercoin.unreachable", "away", { retryable: true });

describe("what goes into one request", () => {
  it("is all reads of one tick, each with its own answer or refusal", async () => {
    const fake = new FakeRpc((call) => {
      if (call.method === "bad") throw new Refusal(-5, "No such mempool or blockchain transaction.");
      return echo(call);
    });
    const rpc = fake.rpc();
    const [a, b, c] = await Promise.allSettled([rpc.call(read("a", 1)), rpc.call(read("bad")), rpc.call(read("c"))]);
    expect(a).toEqual({ status: "fulfilled", value: ["a", 1] });
    expect(b).toMatchObject({ status: "rejected", reason: { code: "emercoin.unknown_transaction" } });
    expect(c).toEqual({ status: "fulfilled", value: ["c"] });
    expect(fake.requests).toHaveLength(1);
  });

  it("is one plain call where there is one, and one write alone", async () => {
    const fake = new FakeRpc(echo);
    const rpc = fake.rpc();
    await Promise.all([rpc.call(write("w")), rpc.call(read("r")), rpc.call({ ...read("slow"), timeout: seconds(9) })]);
    expect(fake.requests.map((each) => Array.isArray(each))).toEqual([false, false, false]);
  });

  it("is at most 50 calls", async () => {
    const fake = new FakeRpc(echo);
    const rpc = fake.rpc();
    const answers = await Promise.all(Array.from({ length: 120 }, (_, i) => rpc.call(read("r", i))));
    expect(answers).toEqual(Array.from({ length: 120 }, (_, i) => ["r", i]));
    expect(fake.requests.map((each) => (each as readonly unknown[]).length)).toEqual([50, 50, 20]);
  });

  it("finds answers that come in another order, and misses one that does not come", async () => {
    const fake = new FakeRpc(echo);
    fake.intercept = async () => ({ status: 200, body: '[{"result":"b","error":null,"id":1}]' });
    const rpc = fake.rpc();
    const [a, b] = await Promise.allSettled([rpc.call(read("a")), rpc.call(read("b"))]);
    expect(a).toMatchObject({ status: "rejected", reason: { code: "emercoin.bad_reply" } });
    expect(b).toEqual({ status: "fulfilled", value: "b" });
  });

  it("keeps text as it is: the node takes an escape for one raw byte", async () => {
    const fake = new FakeRpc(echo);
    const sent: string[] = [];
    fake.intercept = (body) => {
      sent.push(body);
      return null;
    };
    await fake.rpc().call(read("r", "ž"));
    expect(sent[0]).toContain('"ž"');
  });
});

describe("how many requests are with the node", () => {
  it("is four, and the others have their turn in order", async () => {
    const gates: (() => void)[] = [];
    const fake = new FakeRpc(async ({ method }) => {
      await new Promise<void>((resolve) => gates.push(resolve));
      return method;
    });
    const rpc = fake.rpc();
    const all = Array.from({ length: 9 }, (_, i) => rpc.call(write(`w${i}`)));
    await fake.clock.flush();
    expect(fake.methods()).toEqual(["w0", "w1", "w2", "w3"]);
    gates.shift()?.();
    await fake.clock.flush();
    expect(fake.methods().at(-1)).toBe("w4");
    while (gates.length > 0) {
      for (const open of gates.splice(0)) open();
      await fake.clock.flush();
    }
    expect(await Promise.all(all)).toEqual(Array.from({ length: 9 }, (_, i) => `w${i}`));
  });

  it("leaves nobody waiting when the client stops", async () => {
    const fake = new FakeRpc(() => new Promise(() => {}));
    const rpc = fake.rpc();
    const all = Array.from({ length: 7 }, (_, i) => codeOf(rpc.call(write(`w${i}`))));
    await fake.clock.flush();
    rpc.stop();
    expect(new Set(await Promise.all(all))).toEqual(new Set(["base.stopped"]));
    expect(fake.methods()).toHaveLength(4);
    expect(await codeOf(rpc.call(read("later")))).toBe("base.stopped");
  });
});

describe("a repetition", () => {
  async function outcome(
    call: RpcCall,
    failures: number,
    failure: () => Promise<never> | { status: number; body: string },
  ) {
    const fake = new FakeRpc(() => "ok");
    let left = failures;
    fake.intercept = () => (left-- > 0 ? Promise.resolve(failure()) : null);
    const result = codeOf(fake.rpc().call(call));
    await fake.clock.advance(seconds(5));
    return { result: await result, tries: fake.requests.length };
  }
  const queueFull = () => ({ status: 500, body: "Work queue depth exceeded" });
  const lost = async (): Promise<never> => {
    throw noAnswer(undefined);
  };

  it("follows a full queue for reads and writes: the node did nothing", async () => {
    expect(await outcome(write("w"), 2, queueFull)).toEqual({ result: "resolved", tries: 3 });
    expect(await outcome(read("r"), 2, queueFull)).toEqual({ result: "resolved", tries: 3 });
    expect(await outcome(write("w"), 9, queueFull)).toEqual({ result: "emercoin.busy", tries: 4 });
  });

  it("follows a lost answer for reads alone", async () => {
    expect(await outcome(read("r"), 1, lost)).toEqual({ result: "resolved", tries: 2 });
    expect(await outcome(write("w"), 1, lost)).toEqual({ result: "emercoin.no_answer", tries: 1 });
  });

  it("is left to the caller where the node is away, starting, or refuses", async () => {
    const away = async (): Promise<never> => {
      throw unreachable();
    };
    expect(await outcome(read("r"), 1, away)).toEqual({ result: "emercoin.unreachable", tries: 1 });
    const warm = () => ({
      status: 500,
      body: '{"result":null,"error":{"code":-28,"message":"Loading block index..."},"id":1}',
    });
    expect(await outcome(read("r"), 1, warm)).toEqual({ result: "emercoin.warming_up", tries: 1 });
    const denied = () => ({ status: 401, body: "" });
    expect(await outcome(write("w"), 1, denied)).toEqual({ result: "emercoin.bad_credentials", tries: 1 });
  });
});

describe("an answer", () => {
  it("that does not come in time is a lost one, and the request is ended", async () => {
    const ended = deferred<unknown>();
    const fake = new FakeRpc(() => null);
    const rpc = fake.rpc({
      timeout: millis(500),
      transport: ({ signal }) =>
        new Promise(() => signal.addEventListener("abort", () => ended.resolve(true), { once: true })),
    });
    const result = codeOf(rpc.call(write("w")));
    await fake.clock.advance(millis(501));
    expect(await result).toBe("emercoin.no_answer");
    expect(await ended.promise).toBe(true);
  });

  it.each([
    ["no JSON", "<html>secret of somebody</html>"],
    ["no envelope", '{"hello":"secret of somebody"}'],
    ["cut off", '{"result":"secret of somebody'],
  ])("that is %s is told without its text", async (_name, body) => {
    const fake = new FakeRpc(() => null);
    fake.intercept = async () => ({ status: 200, body });
    const error: unknown = await fake
      .rpc()
      .call(read("r"))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "emercoin.bad_reply" });
    expect(`${JSON.stringify(error)} ${String((error as Error).cause)}`).not.toContain("secret");
  });

  it("to a write that nobody can read is a lost one", async () => {
    const fake = new FakeRpc(() => ({ odd: true }));
    expect(await codeOf(fake.session().write("name_new", [], { reply: z.string() }))).toBe("emercoin.no_answer");
    fake.intercept = async () => ({ status: 200, body: "{" });
    expect(await codeOf(fake.session().write("name_new", [], { reply: z.string() }))).toBe("emercoin.no_answer");
    expect(await codeOf(fake.session().read("name_show", [], { reply: z.string() }))).toBe("emercoin.bad_reply");
  });
});

describe("the configured wallet", () => {
  it("is asked for by its path, and loaded once when the node has forgotten it", async () => {
    let loaded = false;
    const fake = new FakeRpc(({ method, params }) => {
      if (method === "loadwallet") {
        loaded = params[0] === "till 1";
        return { name: "till 1", warning: "" };
      }
      if (!loaded) throw new Refusal(-18, "Requested wallet does not exist or is not loaded");
      return 7;
    });
    const session = fake.session("till 1");
    const one = () => session.read("getbalance", [], { reply: z.number() });
    expect(await Promise.all([one(), one()])).toEqual([7, 7]);
    expect(fake.methods().filter((method) => method === "loadwallet")).toHaveLength(1);
    expect(new Set(fake.paths)).toEqual(new Set(["/wallet/till%201"]));
  });

  it("that does not exist stays missing", async () => {
    const fake = new FakeRpc(({ method }) => {
      throw new Refusal(-18, method === "loadwallet" ? "Wallet x not found." : "Requested wallet does not exist");
    });
    expect(await codeOf(fake.session("x").read("getbalance", [], { reply: z.number() }))).toBe("emercoin.no_wallet");
    expect(await codeOf(fake.session().read("getbalance", [], { reply: z.number() }))).toBe("emercoin.no_wallet");
    expect(fake.methods()).toEqual(["getbalance", "loadwallet", "getbalance"]);
  });
});
