import { describe, expect, it } from "vitest";
import { hasCode } from "../../src/base/index.ts";
import { rpcError } from "../../src/chain/rpc-errors.ts";
import { missing, objectsIn, transcript } from "../emercoin/transcript.ts";

interface Refused {
  readonly method: string;
  readonly code: number;
  readonly message: string;
}

/** Refusals that no call of the client can cause: wrong numbers or types of parameters, methods it never uses. */
const NEVER_CAUSED: readonly (readonly [number, RegExp])[] = [
  [-1, /^(createwallet|getblockcount|name_new|name_scan_address|randpay_\w+|sendtoaddress|walletpassphrase) /],
  [-1, /^getblockcount\n/],
  [-1, /^JSON (value|integer)/],
  [-1, /^Division by zero/],
  [-1, /^unexpected end of pattern/],
  [-3, /^(Invalid type provided|Expected type number)/],
  [-3, /^(Opcode|You must specify value)/],
  [-4, /^Wallet enc already exists/],
  [-5, /^(A function is needed|Missing checksum|Transaction not eligible)/],
  [-8, /^(Invalid amount|Timeout cannot|indextype|not enough keys|passphrase can not)/],
  [-11, /^No addresses with label/],
];

const refusals: readonly Refused[] = transcript.flatMap(({ method, ...exchange }) =>
  [...objectsIn(exchange)].flatMap(({ code, message }) =>
    typeof code === "number" && typeof message === "string" ? [{ method, code, message }] : [],
  ),
);

describe.skipIf(missing)("the recorded refusals of a real node", () => {
  it("are there in number", () => {
    expect(refusals.length).toBeGreaterThan(120);
  });

  it("all have a code of ours with a remedy, but for those that the client cannot cause", () => {
    const fallen = refusals.filter(({ method, code, message }) => {
      const error = rpcError(method, { code, message });
      expect(error.hint, message).toMatch(/\.$/);
      return (
        hasCode(error, "emercoin.rpc_error") && !NEVER_CAUSED.some(([rpc, text]) => rpc === code && text.test(message))
      );
    });
    expect(fallen).toEqual([]);
  });

  it("never appear in what is shown: the node's texts quote names, addresses and keys", () => {
    for (const { method, code, message } of refusals) {
      const { cause: _cause, ...shown } = rpcError(method, { code, message }).toJSON() as { cause?: unknown };
      const words = message.split(/\s+/).filter((word) => /^[0-9a-f]{40,}|^em|^E[1-9A-HJ-NP-Za-km-z]{30,}/.test(word));
      for (const word of words.filter((each) => each.length > 20)) expect(JSON.stringify(shown)).not.toContain(word);
    }
  });
});

describe("a refusal", () => {
  it.each([
    [-28, "Loading block index...", "emercoin.warming_up", true],
    [-10, "Emercoin is downloading blocks...", "emercoin.syncing", true],
    [-13, "Error: Please enter the wallet passphrase with walletpassphrase first.", "emercoin.locked", false],
    [-13, "Error: Wallet unlocked for block minting only.", "emercoin.minting_only", false],
    [
      -4,
      "Error: Wallet unlocked for block minting only, unable to create transaction.",
      "emercoin.minting_only",
      false,
    ],
    [-32603, "unkown error", "emercoin.locked", false],
    [-6, "Insufficient funds", "emercoin.no_funds", false],
    [-4, "Insufficient funds", "emercoin.coins_reserved", true],
    [-32603, "name_new on an unexpired name", "emercoin.name_exists", false],
    [-32603, "name_update on an inactive name", "emercoin.name_inactive", false],
    [-32603, "there are 1 pending operations on that name, including 00", "emercoin.name_pending", true],
    [-32603, "prev name tx is not yours or is not spendable", "emercoin.name_foreign", false],
    [
      -5,
      "Address in the vout[0] does not match any available challenge, unable to sign randpay-in",
      "emercoin.unknown_chap",
      false,
    ],
    [-26, "txn-mempool-conflict (code 18)", "emercoin.inputs_spent", false],
    [-25, "Missing inputs", "emercoin.inputs_spent", false],
    [-27, "Transaction already in block chain", "emercoin.in_chain", false],
    [-26, "bad-txns-not-enough-fee (code 16)", "emercoin.rejected", false],
    [-2, "Safe mode: whatever", "emercoin.safe_mode", false],
    [-77, "something of a later version", "emercoin.rpc_error", false],
  ])("of code %i %j is %s", (code, message, ours, retryable) => {
    const error = rpcError("some_method", { code, message });
    expect([error.code, error.retryable]).toEqual([ours, retryable]);
    expect(error.context).toEqual({ method: "some_method", rpc: code });
  });
});
