// The coin's formats before a real node in regtest: it must take what we build and sign, and we what it signs.
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { concatBytes, fromHex, type MicroEmc, microEmc, parseEmc, Secret, toHex, utf8 } from "../../src/base/index.ts";
import {
  type Address,
  addressText,
  buildTicket,
  createPsbt,
  decodePsbt,
  decodeTransaction,
  encodePsbt,
  finalisePsbt,
  flatFee,
  hash160,
  keyAddress,
  multisigDescriptor,
  multisigOutput,
  multisigScript,
  NAME_OUTPUT,
  NAME_VERSION,
  nameFee,
  nameScript,
  parseChap,
  parseWif,
  psbtSigners,
  type SpentOutput,
  scriptOfAddress,
  signMessage,
  signPsbtInput,
  signTransaction,
  type Transaction,
  transactionHex,
  txid,
  unsignedInput,
  verifyInput,
  verifyMessage,
  windowOf,
  withPsbtInput,
} from "../../src/emercoin/index.ts";
import { nobleCoin as crypto } from "../../src/envelope/index.ts";
import { mine, noRealNode, realNodeUrl } from "../sim/real-node.ts";

const reply = z.object({ result: z.unknown(), error: z.object({ code: z.number(), message: z.string() }).nullable() });

async function call(method: string, ...params: readonly unknown[]): Promise<unknown> {
  const { origin, username, password } = new URL(realNodeUrl ?? "");
  const headers = { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
  const body = JSON.stringify({ method, params, id: 1 });
  const response = await fetch(`${origin}/wallet/`, { method: "POST", headers, body });
  const { result, error } = reply.parse(await response.json());
  expect(error, method).toBeNull();
  return result;
}

const text = async (method: string, ...params: readonly unknown[]): Promise<string> =>
  z.string().parse(await call(method, ...params));

async function verdict(tx: Transaction): Promise<unknown> {
  const [first] = z
    .array(z.record(z.string(), z.unknown()))
    .parse(await call("testmempoolaccept", [transactionHex(tx)]));
  return first;
}

/** Fresh keys in rising order of their public keys, as descriptors have them. */
function freshKeys(count: number): readonly { readonly secret: Secret<Uint8Array>; readonly key: Uint8Array }[] {
  return Array.from({ length: count }, () => {
    const secret = new Secret(new Uint8Array(randomBytes(32)));
    return { secret, key: crypto.publicKey(secret.reveal()) };
  }).sort((a, b) => (toHex(a.key) < toHex(b.key) ? -1 : 1));
}

interface Funded {
  readonly txid: string;
  readonly vout: number;
  readonly spent: SpentOutput;
}

/** Sends `amount` EMC to each address and tells the outputs, with the scripts behind them. */
async function fund(
  amount: string,
  targets: readonly (readonly [Address, Partial<SpentOutput>])[],
): Promise<readonly Funded[]> {
  const outputs = Object.fromEntries(targets.map(([address]) => [addressText(crypto, address, "regtest"), amount]));
  const id = await text("sendmany", "", outputs);
  const tx = decodeTransaction(await text("getrawtransaction", id));
  expect(txid(crypto, tx)).toBe(id);
  return targets.map(([address, scripts]) => {
    const script = scriptOfAddress(address);
    const vout = tx.outputs.findIndex((output) => toHex(output.script) === toHex(script));
    expect(tx.outputs[vout]?.amount).toBe(parseEmc(amount));
    return { txid: id, vout, spent: { ...scripts, script, amount: parseEmc(amount) } };
  });
}

async function home(): Promise<Uint8Array> {
  const info = z.object({ scriptPubKey: z.string() }).parse(await call("getaddressinfo", await text("getnewaddress")));
  return fromHex(info.scriptPubKey);
}

const plain = { version: 2, lockTime: 0 };
const now = (): number => Math.floor(Date.now() / 1000);

describe.skipIf(noRealNode !== "")(`a real node${noRealNode}`, () => {
  it("takes one transaction that spends every form of output, signed here", async () => {
    const keys = freshKeys(3);
    const [{ key }] = keys as [(typeof keys)[number]];
    const multisig = multisigScript({ required: 2, keys: keys.map((one) => one.key) });
    const p2wpkh = keyAddress(crypto, key, "p2wpkh");
    const p2sh = (inner: Uint8Array): Address => ({ kind: "p2sh", hash: hash160(crypto, inner) });
    const p2wsh: Address = { kind: "p2wsh", hash: crypto.sha256(multisig) };
    const coins = await fund("1", [
      [keyAddress(crypto, key, "p2pkh"), {}],
      [p2wpkh, {}],
      [p2sh(scriptOfAddress(p2wpkh)), { redeemScript: scriptOfAddress(p2wpkh) }],
      [p2wsh, { witnessScript: multisig }],
      [p2sh(multisig), { redeemScript: multisig }],
      [p2sh(scriptOfAddress(p2wsh)), { redeemScript: scriptOfAddress(p2wsh), witnessScript: multisig }],
    ]);
    const tx: Transaction = {
      ...plain,
      time: now(),
      inputs: coins.map((coin) => unsignedInput(coin)),
      outputs: [{ amount: microEmc(coins.length * 1_000_000 - flatFee(2_000)), script: await home() }],
    };
    const spent = coins.map((coin) => coin.spent);
    const half = signTransaction(
      crypto,
      tx,
      spent,
      keys.slice(0, 1).map((one) => one.secret),
    );
    expect(half.complete).toEqual([true, true, true, false, false, false]);
    const whole = signTransaction(
      crypto,
      half.tx,
      spent,
      keys.slice(2).map((one) => one.secret),
    );
    expect(whole.complete.every((one) => one)).toBe(true);
    expect(await verdict({ ...whole.tx, time: tx.time + 1 })).toMatchObject({ allowed: false });
    expect(await verdict(whole.tx)).toEqual({ txid: txid(crypto, whole.tx), allowed: true });
    expect(await text("sendrawtransaction", transactionHex(whole.tx))).toBe(txid(crypto, whole.tx));
  });

  it("signs its own coins so that they verify here", async () => {
    const unspent = z.array(
      z.object({
        txid: z.string(),
        vout: z.number(),
        scriptPubKey: z.string(),
        amount: z.number(),
        spendable: z.boolean(),
      }),
    );
    const coins = unspent
      .parse(await call("listunspent", 1))
      .filter((coin) => coin.spendable)
      .slice(0, 5);
    const total = coins.reduce((sum, coin) => sum + Math.round(coin.amount * 1e6), 0);
    const tx: Transaction = {
      ...plain,
      time: now(),
      inputs: coins.map((coin) => unsignedInput(coin)),
      outputs: [{ amount: microEmc(total - 1_000), script: await home() }],
    };
    const signed = z
      .object({ hex: z.string(), complete: z.literal(true) })
      .parse(await call("signrawtransactionwithwallet", transactionHex(tx)));
    for (const [index, coin] of coins.entries()) {
      const spent = { script: fromHex(coin.scriptPubKey), amount: microEmc(Math.round(coin.amount * 1e6)) };
      expect(verifyInput(crypto, decodeTransaction(signed.hex), index, spent)).toBe(true);
    }
  });

  it("accepts a ticket built and signed here, which wins at risk 1, and the window is that of its key", async () => {
    const [payer] = freshKeys(1);
    if (payer === undefined) return expect.unreachable();
    const [coin] = await fund("1", [[keyAddress(crypto, payer.key, "p2wpkh"), {}]]);
    if (coin === undefined) return expect.unreachable();
    const chap = parseChap(await text("randpay_mkchap", "0.5", 1, 600));
    const ticket = buildTicket({
      chap,
      offset: 0,
      coins: [{ ...coin, amount: coin.spent.amount }],
      changeScript: await home(),
      time: now(),
    });
    const signed = signTransaction(crypto, ticket, [null, coin.spent], [payer.secret]).tx;
    const outcome = z.record(z.string(), z.unknown()).parse(await call("randpay_accept", transactionHex(signed), 1));
    expect(outcome).toMatchObject({ amount: 0.5, expected: 0.5, risk: 1, won: true, sent: true });
    const sent = decodeTransaction(await text("getrawtransaction", outcome.txid));
    const [payment] = sent.outputs;
    expect(payment !== undefined && verifyInput(crypto, sent, 0, payment)).toBe(true);
    const winner = addressText(
      crypto,
      { kind: "p2pkh", hash: payment?.script.slice(3, 23) ?? new Uint8Array(20) },
      "regtest",
    );
    const secret = parseWif(crypto, new Secret(await text("dumpprivkey", winner)), "regtest");
    expect(windowOf(hash160(crypto, crypto.publicKey(secret.reveal())), 1)).toBe(chap.window);
  });

  it("agrees on an escrow's descriptor and takes its psbt, signed apart and finished here", async () => {
    const keys = freshKeys(3);
    const descriptor = multisigDescriptor(crypto, { required: 2, keys: keys.map((one) => one.key) });
    expect(await call("getdescriptorinfo", descriptor)).toMatchObject({ descriptor, issolvable: true });
    const escrow = multisigOutput(crypto, descriptor, "regtest");
    expect(await call("deriveaddresses", descriptor)).toEqual([escrow.addressText]);
    const [coin] = await fund("2", [[escrow.address, { witnessScript: escrow.witnessScript }]]);
    if (coin === undefined) return expect.unreachable();
    const tx: Transaction = {
      ...plain,
      time: now(),
      inputs: [unsignedInput(coin)],
      outputs: [{ amount: microEmc(1_999_900), script: await home() }],
    };
    const open = withPsbtInput(createPsbt(tx), 0, { output: coin.spent, witnessScript: escrow.witnessScript });
    const [one, , other] = keys.map(({ secret }) => signPsbtInput(crypto, open, 0, secret));
    if (one === null || one === undefined || other === null || other === undefined) return expect.unreachable();
    const combined = await text("combinepsbt", [encodePsbt(one), encodePsbt(other)]);
    expect(psbtSigners(crypto, decodePsbt(combined), 0)).toHaveLength(2);
    const ours = finalisePsbt(crypto, decodePsbt(combined));
    if (ours.tx === null) return expect.unreachable();
    expect(await call("finalizepsbt", combined)).toMatchObject({ hex: transactionHex(ours.tx), complete: true });
    expect(await verdict(ours.tx)).toMatchObject({ allowed: true });
    expect(await text("sendrawtransaction", transactionHex(ours.tx))).toBe(txid(crypto, tx));
  });

  it("registers a name written here for exactly the fee computed here, and moves it with its owner's key", async () => {
    const [owner] = freshKeys(1);
    if (owner === undefined) return expect.unreachable();
    const own = keyAddress(crypto, owner.key, "p2wpkh");
    const label = `coin:${toHex(new Uint8Array(randomBytes(8)))}`;
    const action = {
      operation: "new",
      name: utf8(label),
      value: concatBytes(utf8("<worm/>"), new Uint8Array(1_100).fill(65)),
      days: 400,
    } as const;
    const block = z
      .object({ mint: z.number(), flags: z.string() })
      .parse(await call("getblock", await text("getbestblockhash")));
    const lastPowReward = microEmc(Math.round(block.mint * 1e6));
    const fee = nameFee({
      operation: "new",
      days: action.days,
      nameBytes: action.name.length,
      valueBytes: action.value.length,
      lastPowReward,
    });
    const [coin] = await fund("1", [[own, {}]]);
    if (coin === undefined) return expect.unreachable();
    const write = (paid: number): Transaction =>
      signTransaction(
        crypto,
        {
          ...plain,
          version: NAME_VERSION,
          time: now(),
          inputs: [unsignedInput(coin)],
          outputs: [
            { amount: NAME_OUTPUT, script: nameScript({ action, script: scriptOfAddress(own) }) },
            { amount: (1_000_000 - NAME_OUTPUT - paid) as MicroEmc, script: scriptOfAddress(own) },
          ],
        },
        [coin.spent],
        [owner.secret],
      ).tx;
    const tx = write(fee);
    expect(await text("sendrawtransaction", transactionHex(tx))).toBe(txid(crypto, tx));
    await mine(1);
    const shown = z.record(z.string(), z.unknown()).parse(await call("name_show", label));
    expect(shown).toMatchObject({ txid: txid(crypto, tx), vout: 0, address: addressText(crypto, own, "regtest") });
    const spent = tx.outputs.map(({ script, amount }) => ({ script, amount }));
    const away = nameScript({ action: { operation: "delete", name: action.name }, script: scriptOfAddress(own) });
    const rest = microEmc(1_000_000 - NAME_OUTPUT - fee - 100);
    const gone: Transaction = {
      ...plain,
      version: NAME_VERSION,
      time: now(),
      inputs: spent.map((_, vout) => unsignedInput({ txid: txid(crypto, tx), vout })),
      outputs: [
        { amount: NAME_OUTPUT, script: away },
        { amount: rest, script: await home() },
      ],
    };
    expect(await verdict(signTransaction(crypto, gone, spent, [owner.secret]).tx)).toMatchObject({ allowed: true });
  });

  it("and we verify each other's messages", async () => {
    const [signer] = freshKeys(1);
    if (signer === undefined) return expect.unreachable();
    const message = "enum:420123456789:0 ž";
    for (const kind of ["p2pkh", "p2wpkh"] as const) {
      const address = addressText(crypto, keyAddress(crypto, signer.key, kind), "regtest");
      expect(await call("verifymessage", address, signMessage(crypto, signer.secret, message), message)).toBe(true);
      const theirs = await text("getnewaddress", "", kind === "p2pkh" ? "legacy" : "bech32");
      const signature = await text("signmessage", theirs, message);
      expect(verifyMessage(crypto, { address: theirs, message, signature }, "regtest")).toBe(true);
    }
  });
});
