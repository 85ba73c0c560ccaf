import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasCode, isAppError, silentLogger, toBase64, toBase64url, unixMs } from "../../../src/base/index.ts";
import { systemCrypto as suite } from "../../../src/base/system-crypto.ts";
import type { CliIo, ExitCode } from "../../../src/bin/cli-io.ts";
import { registerPtool } from "../../../src/bin/commands/ptool.ts";
import { confLine } from "../../../src/bin/commands/ptool-conf.ts";
import { memberAt } from "../../../src/bin/commands/ptool-keys.ts";
import { identityFromSeed, serialiseG2, verifyReceipt } from "../../../src/envelope/index.ts";
import { countingRandom, formsOf, provider, renter, shownBy } from "../../envelope/fixtures.ts";
import { haveVectors, vectorPath, vectorsNote, vectorText } from "../../envelope/vectors.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

interface Outcome {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
  /** Code of the error that the command failed with. */
  readonly code: string | null;
  readonly error: unknown;
}

const folder = mkdtempSync(join(tmpdir(), "numberbox-ptool-"));
const at = (name: string): string => join(folder, name);
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(at(name), content);
  return at(name);
};
const read = (name: string): string => readFileSync(at(name), "utf8");
const now = unixMs(Date.UTC(2026, 0, 2, 3, 4, 5, 60));

/** Runs one ptool command as the main program does: commander's own errors are wrong usage, exit code 2. */
async function ptool(args: readonly string[], env: CliIo["env"] = {}): Promise<Outcome> {
  let [exit, out, err]: [number, string, string] = [0, "", ""];
  const io: CliIo = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    readInput: () => Promise.resolve(new Uint8Array(0)),
    env,
    clock: new VirtualClock(now),
    random: countingRandom(),
    log: silentLogger,
    signal: new AbortController().signal,
  };
  const program = new Command("numberbox").exitOverride().configureOutput({ writeOut: io.out, writeErr: io.err });
  registerPtool(program, io, (code: ExitCode) => {
    exit = code;
  });
  try {
    await program.parseAsync(["ptool", ...args], { from: "user" });
    return { exit, out, err, code: null, error: null };
  } catch (error) {
    if (error instanceof CommanderError) return { exit: 2, out, err, code: error.code, error };
    if (isAppError(error)) return { exit: 1, out, err, code: error.code, error };
    throw error;
  }
}

const b64 = { provider: toBase64url(provider.seed.reveal()), renter: toBase64url(renter.seed.reveal()) };
const dotted = identityFromSeed(suite, {
  name: "a.b.c",
  seed: new Uint8Array(32).fill(0x44),
  nonce: new Uint8Array(16),
});

beforeAll(() => {
  write("users.key.json", serialiseG2([provider, renter, dotted], "provider"));
  write(
    "g1.key.json",
    JSON.stringify({ keys: { private: [toBase64(renter.seed.reveal())], public: [toBase64(renter.encrypt)] } }),
  );
  write(
    "alias.key.json",
    JSON.stringify({
      ed25519: { private: b64.provider, public: toBase64url(provider.verify) },
      x25519: { private: b64.renter, public: toBase64url(renter.encrypt) },
    }),
  );
  write("sms.txt", "Your code is 123456\n");
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("ptool encrypt and decrypt", () => {
  const seal = (...key: string[]): Promise<Outcome> =>
    ptool(["encrypt", ...key, "--in", at("sms.txt"), "--out", at("sms.enc")]);
  const open = (...key: string[]): Promise<Outcome> =>
    ptool(["decrypt", ...key, "--in", at("sms.enc"), "--out", at("sms.out")]);

  it.each([
    ["a key as text", ["--peer-pub-b64", toBase64url(renter.encrypt)], ["--priv-b64", b64.renter]],
    [
      "padded standard base64",
      ["--peer-pub-b64", toBase64(renter.encrypt)],
      ["--priv-b64", toBase64(renter.seed.reveal())],
    ],
    ["the default members", ["--peer-pub-keyfile", at("alias.key.json")], ["--priv-keyfile", at("alias.key.json")]],
    [
      "members of a G2 file",
      ["--peer-pub-keyfile", at("users.key.json"), "--peer-pub-field", "users.renter.public"],
      ["--priv-keyfile", at("users.key.json"), "--priv-field", "users.renter.private"],
    ],
    [
      "a G2 name with dots",
      ["--peer-pub-keyfile", at("users.key.json"), "--peer-pub-field", "users.a.b.c.public"],
      ["--priv-keyfile", at("users.key.json"), "--priv-field", "users.a.b.c.private"],
    ],
    [
      "members of a G1 file",
      ["--peer-pub-keyfile", at("g1.key.json"), "--peer-pub-field", "keys.public.0"],
      ["--priv-keyfile", at("g1.key.json"), "--priv-field", "keys.private.0"],
    ],
  ])("go both ways with %s, printing nothing", async (_what, peer, secret) => {
    expect(await seal(...peer)).toMatchObject({ exit: 0, out: "", err: "" });
    expect(read("sms.enc")).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(await open(...secret)).toMatchObject({ exit: 0, out: "", err: "" });
    expect(read("sms.out")).toBe(read("sms.txt"));
  });

  it("reads an envelope with line breaks around and inside", async () => {
    await seal("--peer-pub-b64", toBase64url(renter.encrypt));
    const text = read("sms.enc");
    write("sms.enc", `\n${text.slice(0, 60)}\r\n${text.slice(60)}\n`);
    expect(await open("--priv-b64", b64.renter)).toMatchObject({ exit: 0 });
  });

  it("fail with exit code 1 on a wrong key, a cut envelope, other text and missing files", async () => {
    await seal("--peer-pub-b64", toBase64url(renter.encrypt));
    expect(await open("--priv-b64", b64.provider)).toMatchObject({ exit: 1, code: "envelope.cannot_open" });
    write("sms.enc", toBase64url(new Uint8Array(59)));
    expect(await open("--priv-b64", b64.renter)).toMatchObject({ exit: 1, code: "envelope.too_short" });
    write("sms.enc", "***");
    expect(await open("--priv-b64", b64.renter)).toMatchObject({ exit: 1, code: "ptool.bad_base64" });
    const missing = ["decrypt", "--priv-b64", b64.renter, "--in", at("none"), "--out", at("x")];
    expect(await ptool(missing)).toMatchObject({ exit: 1, code: "ptool.cannot_read" });
    const nowhere = ["encrypt", "--peer-pub-b64", toBase64url(renter.encrypt), "--in", at("sms.txt")];
    expect(await ptool([...nowhere, "--out", at("no/such/folder")])).toMatchObject({
      exit: 1,
      code: "ptool.cannot_write",
    });
  });

  it("fail with exit code 1 on keys of a wrong length and key files without the member", async () => {
    expect(await seal("--peer-pub-b64", "AAAA")).toMatchObject({ exit: 1, code: "ptool.bad_key" });
    expect(await open("--priv-b64", `${b64.renter}${b64.renter}`)).toMatchObject({ exit: 1, code: "ptool.bad_base64" });
    expect(await seal("--peer-pub-keyfile", at("users.key.json"))).toMatchObject({
      exit: 1,
      code: "ptool.bad_keyfile",
    });
    const object = ["--peer-pub-keyfile", at("users.key.json"), "--peer-pub-field", "users.renter"];
    expect(await seal(...object)).toMatchObject({ exit: 1, code: "ptool.bad_keyfile" });
    expect(await seal("--peer-pub-keyfile", at("sms.txt"))).toMatchObject({ exit: 1, code: "ptool.bad_keyfile" });
  });

  it("show no key of a broken key file in the error", async () => {
    write("broken.json", `{"x25519":{"private":"${b64.renter}"`);
    const { error } = await open("--priv-keyfile", at("broken.json"));
    expect(hasCode(error, "ptool.bad_keyfile")).toBe(true);
    for (const form of formsOf(renter.seed.reveal())) expect(shownBy(error)).not.toContain(form);
  });

  it.skipIf(!haveVectors)(`give and open the reference envelope${vectorsNote}`, async () => {
    const keyfile = [
      "--peer-pub-keyfile",
      vectorPath("ness/users.key.json"),
      "--peer-pub-field",
      "users.renter456.public",
    ];
    await ptool(["encrypt", ...keyfile, "--in", vectorPath("ness/sms.txt"), "--out", at("ref.enc")]);
    expect(read("ref.enc")).toBe(vectorText("ness/sms.enc"));
    const secret = ["--priv-keyfile", vectorPath("ness/users.key.json"), "--priv-field", "users.renter456.private"];
    await ptool(["decrypt", ...secret, "--in", vectorPath("ness/sms.enc"), "--out", at("ref.txt")]);
    expect(read("ref.txt")).toBe(vectorText("ness/sms.txt"));
  });
});

describe("ptool sign and verify", () => {
  const verify = (...args: string[]): Promise<Outcome> => ptool(["verify", ...args, "--sig", at("sms.sig")]);

  it("sign the file's bytes with a 32-byte or a 64-byte key, and verify by exit code, silently", async () => {
    const long = toBase64url(Buffer.concat([provider.seed.reveal(), provider.verify]));
    for (const key of [b64.provider, long]) {
      const signed = await ptool(["sign", "--priv-b64", key, "--in", at("sms.txt"), "--out", at("sms.sig")]);
      expect(signed).toMatchObject({ exit: 0, out: "", err: "" });
      expect(read("sms.sig")).toBe(toBase64url(suite.ed25519Sign(provider.seed.reveal(), readFileSync(at("sms.txt")))));
      const pub = ["--pub-b64", toBase64url(provider.verify)];
      expect(await verify(...pub, "--in", at("sms.txt"))).toMatchObject({ exit: 0, out: "", err: "", code: null });
      expect(await verify(...pub, "--in", at("alias.key.json"))).toMatchObject({
        exit: 1,
        out: "",
        err: "",
        code: null,
      });
      const other = ["--pub-keyfile", at("users.key.json"), "--pub-field", "users.renter.verify"];
      expect(await verify(...other, "--in", at("sms.txt"))).toMatchObject({ exit: 1, out: "", err: "", code: null });
      expect(await verify("--pub-keyfile", at("alias.key.json"), "--in", at("sms.txt"))).toMatchObject({ exit: 0 });
    }
  });

  it("fail with exit code 1 on keys of a wrong length", async () => {
    const sign = ["sign", "--priv-b64", "AAAA", "--in", at("sms.txt"), "--out", at("x")];
    expect(await ptool(sign)).toMatchObject({ exit: 1, code: "ptool.bad_key" });
    expect(await verify("--pub-b64", "AAAA", "--in", at("sms.txt"))).toMatchObject({ exit: 1, code: "ptool.bad_key" });
  });

  it.skipIf(!haveVectors)(`give and verify the reference signature${vectorsNote}`, async () => {
    const keyfile = vectorPath("ness/users.key.json");
    const secret = ["--priv-keyfile", keyfile, "--priv-field", "users.provider123.private"];
    await ptool(["sign", ...secret, "--in", vectorPath("ness/sms.enc"), "--out", at("ref.sig")]);
    expect(read("ref.sig")).toBe(vectorText("ness/sms.sig"));
    const pub = ["--pub-keyfile", keyfile, "--pub-field", "users.provider123.verify"];
    const files = ["--in", vectorPath("ness/sms.enc"), "--sig", vectorPath("ness/sms.sig")];
    expect(await ptool(["verify", ...pub, ...files])).toMatchObject({ exit: 0 });
    await ptool(["sign", ...secret, "--in", vectorPath("ness/listing_unsigned.json"), "--out", at("listing.sig")]);
    expect(read("listing.sig")).toBe(vectorText("ness/listing_unsigned.sig").trimEnd());
  });
});

describe("ptool receipt", () => {
  const from = ["--from-priv-b64", b64.provider, "--from-pub-b64", toBase64url(provider.verify)];
  const make = (...args: string[]): Promise<Outcome> =>
    ptool(["receipt", ...args, "--envelope", at("env.enc"), "--out", at("receipt.json")]);

  beforeAll(() => {
    write("env.enc", `${toBase64url(new Uint8Array(80).fill(6))}\n`);
  });

  it.each([
    ["a key as text", ["--to-pub-b64", toBase64url(renter.verify)], toBase64url(renter.verify)],
    ["a listing", ["--to-id", "0123456789ab4cde"], { listing: "0123456789ab4cde" }],
    [
      "a key file alone",
      ["--to-pub-keyfile", at("users.key.json"), "--to-pub-field", "users.renter.verify"],
      toBase64url(renter.verify),
    ],
    [
      "a key file before a listing",
      ["--to-id", "0123456789ab4cde", "--to-pub-keyfile", at("alias.key.json")],
      toBase64url(provider.verify),
    ],
    [
      "a key as text before a key file",
      ["--to-pub-b64", toBase64url(renter.verify), "--to-pub-keyfile", at("none")],
      toBase64url(renter.verify),
    ],
  ])("is addressed to %s", async (_what, args, to) => {
    expect(await make(...from, ...args)).toMatchObject({ exit: 0, out: "", err: "" });
    const receipt: unknown = JSON.parse(read("receipt.json"));
    expect(receipt).toMatchObject({ to, from: toBase64url(provider.verify), ts: "2026-01-02T03:04:05.060000+00:00" });
    expect(verifyReceipt(suite, receipt)).toMatchObject({ ok: true, at: now });
    expect(read("receipt.json")).toBe(JSON.stringify(sorted(receipt)));
  });

  it("takes the issuer's keys from key files", async () => {
    const files = ["--from-priv-keyfile", at("alias.key.json"), "--from-pub-keyfile", at("users.key.json")];
    const fields = ["--from-pub-field", "users.provider.verify", "--to-id", "x"];
    expect(await make(...files, ...fields)).toMatchObject({ exit: 0 });
    expect(verifyReceipt(suite, JSON.parse(read("receipt.json")))).toMatchObject({ ok: true });
  });

  it.each([
    ["no counterparty", [...from]],
    ["two counterparties", [...from, "--to-pub-b64", "A", "--to-id", "x"]],
    ["no issuer's key", ["--from-pub-b64", "A", "--to-id", "x"]],
    ["two issuer's keys", [...from, "--from-priv-keyfile", "f", "--to-id", "x"]],
    ["no issuer's public key", ["--from-priv-b64", "A", "--to-id", "x"]],
  ])("with %s is wrong usage, exit code 2", async (_what, args) => {
    expect(await make(...args)).toMatchObject({ exit: 2, out: "" });
  });
});

/** The members in order of their names, as canonical JSON has them. */
function sorted(value: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(Object(value)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe("ptool conf", () => {
  it("prints the RPC settings as one line of sorted JSON", async () => {
    const text =
      "# comment\n rpcuser = ann\nrpcpassword=a=b é\r\nrpcport=7000\n\nrpcconnect=10.0.0.1\ndatadir=/d\njunk\n#rpcuser=x";
    write("emercoin.conf", text);
    const { exit, out } = await ptool(["conf", "--path", at("emercoin.conf")]);
    expect(exit).toBe(0);
    expect(out).toBe(
      `{"datadir":"/d","path":"${at("emercoin.conf")}","rpcconnect":"10.0.0.1","rpcpassword":"a=b \\u00e9","rpcport":7000,"rpcuser":"ann"}\n`,
    );
  });

  it("fills in what the file leaves out", async () => {
    write("emercoin.conf", "");
    const { out } = await ptool(["conf", "--path", at("emercoin.conf")]);
    expect(JSON.parse(out)).toEqual({
      datadir: null,
      path: at("emercoin.conf"),
      rpcconnect: "127.0.0.1",
      rpcpassword: null,
      rpcport: 6662,
      rpcuser: null,
    });
  });

  it("prints only the path when the file is missing, in the usual place of the system", async () => {
    expect((await ptool(["conf"], { HOME: folder })).out).toBe(`{"path":"${folder}/.emercoin/emercoin.conf"}\n`);
    expect((await ptool(["conf", "--path", "./none//x.conf"])).out).toBe('{"path":"none/x.conf"}\n');
    const io = { env: { APPDATA: "C:\\Users\\ann" } } as unknown as CliIo;
    expect(await confLine(io, undefined, "win32")).toBe('{"path":"C:\\\\Users\\\\ann\\\\Emercoin\\\\emercoin.conf"}\n');
  });

  it("fails with exit code 1 on a port that is no number and on a folder", async () => {
    write("emercoin.conf", "rpcport=http");
    expect(await ptool(["conf", "--path", at("emercoin.conf")])).toMatchObject({
      exit: 1,
      code: "ptool.bad_conf",
      out: "",
    });
    expect(await ptool(["conf", "--path", folder])).toMatchObject({ exit: 1, code: "ptool.cannot_read" });
  });
});

describe("wrong usage of ptool", () => {
  it.each([
    ["a missing key", ["encrypt", "--in", "a", "--out", "b"]],
    ["two keys", ["encrypt", "--peer-pub-b64", "A", "--peer-pub-keyfile", "f", "--in", "a", "--out", "b"]],
    ["a missing key to decrypt", ["decrypt", "--in", "a", "--out", "b"]],
    ["a missing input", ["decrypt", "--priv-b64", "A", "--out", "b"]],
    ["a missing output", ["sign", "--priv-b64", "A", "--in", "a"]],
    ["a missing key to sign", ["sign", "--in", "a", "--out", "b"]],
    ["a missing key to verify", ["verify", "--in", "a", "--sig", "b"]],
    ["a missing signature", ["verify", "--pub-b64", "A", "--in", "a"]],
    ["an option that does not exist", ["conf", "--file", "x"]],
    ["a word too many", ["conf", "x"]],
    ["an option without its value", ["conf", "--path"]],
    ["a command that does not exist", ["keygen"]],
  ])("ends with exit code 2 and says so on standard error: %s", async (_what, args) => {
    const outcome = await ptool(args);
    expect(outcome).toMatchObject({ exit: 2, out: "" });
    expect(outcome.err).not.toBe("");
  });
});

describe("memberAt", () => {
  it("finds members by name, index and names with dots, and nothing else", () => {
    const file = { a: { "b.c": { d: 1 }, b: { x: 2 } }, list: ["zero", { y: 3 }] };
    expect(memberAt(file, "a.b.c.d".split("."))).toBe(1);
    expect(memberAt(file, "a.b.x".split("."))).toBe(2);
    expect(memberAt(file, "list.1.y".split("."))).toBe(3);
    expect(memberAt(file, "list.2".split("."))).toBeUndefined();
    expect(memberAt(file, "a.toString".split("."))).toBeUndefined();
    expect(memberAt("text", ["length"])).toBeUndefined();
  });
});
