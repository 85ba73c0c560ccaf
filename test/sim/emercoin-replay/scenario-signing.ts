// What happened between the recorded exchanges 395 to 568: keys, multisig, PSBT, races, restarts, a reorganisation.

import { type MicroEmc, millis, parseEmc } from "../../../src/base/index.ts";
import type { Transaction } from "../../../src/emercoin/index.ts";
import type { Recorded, Replay, Scenario, Step } from "./replay.ts";

const mine = (count = 1, node: 0 | 1 = 0): Step => ({ node, before: (replay) => replay.mine(count) });

const KEYS = [
  ["mj7LxftGXwe1UvbQdYbfcy819aryNtk7VE", "026e2ce791d6ca6c2375589f7d0fd9ea2f8a4296a7de40f3dd21ddc42934668d15"],
  ["mjGVBkkMSKwM3Hiwqe1hpCBSxtsZ51suoi", "03051d1d4d829b0eef0a4f026a2292fed30e9b5d37e725b53209a327518c88177b"],
  ["mwvRfFtcA5MAQmzUdFD2nKGCYtMYrDNQZW", "027a1417054a9dece4c4bbcab3c4489ddb7db75ba4cec322f30642d00bd37a4ded"],
] as const;

/** One key in each party's wallet, for two escrows. */
const PARTIES = ["", "seller", "arb"] as const;
const ESCROWS = [
  [
    "029a6db8f9b8d535bcbeb7b336e1a225bd590ae5f632f2ece30a1e0b10dbce1370",
    "0370dfe4b5f7d4ed0939735dd0ed70a89cf9367afdbb9c16c12492175e4dd8f065",
    "020758a424d557466d822c26b9126ba609b7f015b0c93ee997d427ce2dbd5003dd",
  ],
  [
    "021a7b53fc3695a453ddce2bbf471874a0b41769600974ea8f3f7240f5c8a6b5c1",
    "02faf37e593b774ddda451c300aac1bb9edb2bdaab0848e244ddf664141cf108b0",
    "03ad58bdd356bd8a346bdab094537875df4431e7c3a80b61908c6dd4b4a19fcc7e",
  ],
] as const;

interface AddressInfo {
  readonly pubkey: string;
}

async function ownKeys(replay: Replay): Promise<void> {
  for (const [address, key] of KEYS) {
    const own = await replay.ask<string>("getnewaddress", ["", "legacy"]);
    replay.names.set(address, own);
    replay.names.set(key, (await replay.ask<AddressInfo>("getaddressinfo", [own])).pubkey);
  }
}

async function parties(replay: Replay): Promise<void> {
  await replay.ask("createwallet", ["seller"]);
  await replay.ask("createwallet", ["arb"]);
  for (const keys of ESCROWS) {
    for (const [at, key] of keys.entries()) {
      const wallet = PARTIES[at] ?? "";
      const own = await replay.ask<string>("getnewaddress", [], wallet);
      replay.names.set(key, (await replay.ask<AddressInfo>("getaddressinfo", [own], wallet)).pubkey);
    }
  }
}

interface Multisig {
  readonly address: string;
}

/** Every party adds the address; 5 EMC go there and are confirmed. */
async function escrow(replay: Replay, type: "legacy" | "bech32", set: 0 | 1, recordedTxid?: string): Promise<string> {
  const keys = ESCROWS[set].map((key) => replay.names.text(key));
  let address = "";
  for (const wallet of PARTIES) {
    address = (await replay.ask<Multisig>("addmultisigaddress", [2, keys, "", type], wallet)).address;
  }
  const txid = await replay.fund(address, 5, recordedTxid);
  replay.mine();
  return txid;
}

/** An unsigned transaction that spends such a deposit. */
async function spend(replay: Replay, txid: string, amount = 4.9999): Promise<string> {
  const to = await replay.ask<string>("getnewaddress");
  return replay.ask<string>("createrawtransaction", [[{ txid, vout: replay.voutOf(txid) }], [{ [to]: amount }]]);
}

const standFor = (replay: Replay, recorded: Recorded, text: string): void => {
  const [own] = recorded.params as readonly string[];
  if (own !== undefined) replay.names.set(own, text);
};

const deposits = new WeakMap<Replay, string>();

/** The next exchanges spend this deposit in different ways. */
const depositTo =
  (type: "legacy" | "bech32", set: 0 | 1) =>
  async (replay: Replay): Promise<void> => {
    deposits.set(replay, await escrow(replay, type, set));
  };

/** The recorded raw transaction is a spend of the deposit, changed and signed by buyer and seller. */
const variant = (change: (tx: Transaction, replay: Replay) => Transaction, first?: Step["before"]): Step => ({
  before: async (replay, recorded) => {
    await first?.(replay, recorded);
    const raw = await spend(replay, deposits.get(replay) ?? "");
    standFor(replay, recorded, await replay.signedVariant(raw, (tx) => change(tx, replay), ["", "seller"]));
  },
});

const paying =
  (amount: string) =>
  (tx: Transaction): Transaction => ({
    ...tx,
    outputs: tx.outputs.map((output) => ({ ...output, amount: parseEmc(amount) as MicroEmc })),
  });

const later =
  (seconds: number) =>
  (tx: Transaction): Transaction => ({ ...tx, time: tx.time + seconds });

const refund =
  (blocks: number) =>
  (tx: Transaction, replay: Replay): Transaction => ({
    ...tx,
    lockTime: replay.state().chain.height + blocks,
    inputs: tx.inputs.map((input) => ({ ...input, sequence: 0 })),
  });

/** A PSBT that the buyer has signed. */
const buyersPsbt = (type: "legacy" | "bech32"): Step => ({
  before: async (replay, recorded) => {
    const txid = await escrow(replay, type, 1);
    const to = await replay.ask<string>("getnewaddress");
    const psbt = await replay.ask<string>("createpsbt", [[{ txid, vout: replay.voutOf(txid) }], [{ [to]: 4.9999 }]]);
    standFor(replay, recorded, (await replay.ask<{ psbt: string }>("walletprocesspsbt", [psbt])).psbt);
  },
});

/** The recording shows the same placeholder for every private key: this is the party's. */
const keyOf =
  (party: 0 | 1): NonNullable<Step["params"]> =>
  (replay, params) => {
    const [hex, , ...rest] = params as readonly unknown[];
    return [hex, [wifs.get(replay)?.[party]], ...rest];
  };

const wifs = new WeakMap<Replay, readonly string[]>();

async function exportKeys(replay: Replay): Promise<void> {
  const own = await Promise.all(
    KEYS.map(([address]) => replay.ask<string>("dumpprivkey", [replay.names.text(address)])),
  );
  wifs.set(replay, own);
}

/** What the second party signed on its own, beside the first one's. */
const independent: Step = {
  before: async (replay, recorded) => {
    const [[, second = ""] = []] = recorded.params as readonly (readonly string[])[];
    const [[first = ""] = []] = recorded.params as readonly (readonly string[])[];
    const unsigned = await replay.signedVariant(
      replay.names.text(first),
      (tx) => ({ ...tx, inputs: tx.inputs.map((input) => ({ ...input, script: new Uint8Array(0), witness: [] })) }),
      [],
    );
    const previous = lastPrevious.get(replay);
    const key = wifs.get(replay)?.[1];
    replay.names.set(
      second,
      (await replay.ask<{ hex: string }>("signrawtransactionwithkey", [unsigned, [key], previous])).hex,
    );
  },
};

const lastPrevious = new WeakMap<Replay, unknown>();

const firstParty: Step = {
  before: exportKeys,
  params: (replay, params) => {
    const own = keyOf(0)(replay, params) as readonly unknown[];
    lastPrevious.set(replay, own[2]);
    return own;
  },
};

const secondParty: Step = { params: keyOf(1) };

/** A raw spend of a deposit of the first escrow. */
const rawSpend = (type: "legacy" | "bech32"): Step => ({
  before: async (replay, recorded) => {
    const txid = await escrow(replay, type, 0);
    standFor(replay, recorded, await spend(replay, txid));
  },
});

const funding = (type: "legacy" | "bech32"): Step => ({
  before: async (replay, recorded) => {
    const [[{ txid = "" } = {}] = []] = recorded.params as readonly (readonly { readonly txid?: string }[])[];
    await escrow(replay, type, 0, txid);
  },
});

const partition =
  (cut: boolean): NonNullable<Step["before"]> =>
  (replay) => {
    replay.sim.network.partitioned = cut;
  };

const WATCHED = "emrt1q67w5py7nmq8pa2422s3rgqewk0pw0y49evrrghysxlt7hy9jnmsqqea6x4";

async function watched(replay: Replay, recorded: Recorded): Promise<void> {
  const keys = ESCROWS[1].map((key) => replay.names.text(key));
  const { address } = await replay.ask<Multisig>("addmultisigaddress", [2, keys, "", "bech32"]);
  standFor(replay, recorded, address);
}

async function fundWatched(replay: Replay): Promise<void> {
  await replay.fund(replay.names.text(WATCHED), 5);
  replay.mine();
}

const fiveNames = (): readonly unknown[] => [
  Array.from({ length: 5 }, (_, at) => ({ NEW: `ness:big:${at}`, value: "B".repeat(20_480), days: 1 })),
];

const crash: NonNullable<Step["before"]> = async (replay) => {
  await replay.sim.nodes[0]?.crash();
};

/** Refused, then -28 with the texts in their order, then answers. */
async function startUp(replay: Replay, recorded: Recorded): Promise<readonly string[]> {
  const { sequence } = recorded as unknown as { readonly sequence: readonly (readonly [number | string, string])[] };
  const [node] = replay.sim.nodes;
  await replay.clock.advance(millis(1));
  while (node?.running === true) await replay.clock.flush();
  const poll = () => replay.http('{"method":"getblockcount","params":[],"id":"t"}');
  const seen: string[] = [
    await poll().then(
      () => "answered",
      () => "conn ConnectionRefusedError",
    ),
  ];
  await node?.up(4000);
  for (let at = 1; at < sequence.length; at++) {
    const { status, text } = await poll();
    seen.push(`${status} ${text.trim().replace(/"result":\d+/, '"result"')}`);
    await replay.clock.advance(millis(1000));
  }
  const wanted = sequence.map(([status, text]) => `${status} ${text.replace(/"result":\d+/, '"result"')}`);
  return wanted.flatMap((own, at) => (own === seen[at] ? [] : [`recorded ${own}, simulated ${seen[at]}`]));
}

export const signingScenario: Scenario = new Map<number, Step>([
  [410, { before: ownKeys }],
  [426, firstParty],
  [427, secondParty],
  [428, independent],
  [433, mine()],
  [436, firstParty],
  [437, secondParty],
  [438, independent],
  [443, mine()],
  [446, firstParty],
  [447, secondParty],
  [448, independent],
  [453, mine()],
  [454, { before: parties }],
  [457, funding("legacy")],
  [467, rawSpend("legacy")],
  [468, { wallet: "seller" }],
  [473, funding("bech32")],
  [483, rawSpend("bech32")],
  [484, { wallet: "seller" }],
  [487, variant(later(-86_400), depositTo("bech32", 0))],
  [488, variant(later(86_400))],
  [489, variant(paying("5"))],
  [490, variant(paying("4.99995"))],
  [491, variant(paying("1"))],
  [492, variant(refund(5))],
  [493, buyersPsbt("legacy")],
  [496, buyersPsbt("bech32")],
  [499, { before: watched }],
  [500, { before: fundWatched, loose: { lengths: true } }],
  [501, { loose: { lengths: true } }],
  [
    502,
    {
      params: (replay, params) => {
        const [txid] = params as readonly string[];
        return [txid, replay.voutOf(txid ?? "")];
      },
    },
  ],
  [503, variant(paying("5"), depositTo("bech32", 1))],
  [504, variant(paying("4.99995"))],
  [505, variant(paying("0.5"))],
  [506, variant(refund(5))],
  [507, { before: (replay) => replay.mine(5) }],
  [
    508,
    {
      before: async (replay, recorded) => {
        const to = await replay.ask<string>("getnewaddress");
        standFor(replay, recorded, await replay.ask<string>("createrawtransaction", [[], [{ [to]: 1 }]]));
      },
    },
  ],
  [526, { before: partition(true) }],
  [527, { node: 1 }],
  [528, mine()],
  [529, { node: 1 }],
  [530, { node: 1, before: partition(false) }],
  [531, { node: 1 }],
  [532, { node: 1 }],
  [533, { node: 1, loose: { lengths: true } }],
  [534, mine(1, 1)],
  ...[535, 536, 537, 538].map((at) => [at, { node: 1 } as Step] as const),
  [549, { params: fiveNames }],
  [553, { before: crash }],
  [555, { instead: startUp }],
  [558, mine()],
  [
    560,
    {
      before: async (replay) => {
        await replay.ask("name_new", ["ness:reorg:1", "v1", 2]);
        replay.mine();
      },
    },
  ],
  [
    561,
    {
      before: (replay, recorded) => standFor(replay, recorded, replay.state().chain.tip.hash),
    },
  ],
]);
