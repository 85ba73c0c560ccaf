// What the relay says of itself and of its days: for anybody.

import { z } from "zod";
import { type Clock, unixSecondsOf } from "../../base/index.ts";
import { dayView, type ProofReader, proofDate } from "../../core/index.ts";
import {
  hashText,
  healthReply,
  proofBundle,
  proofDateText,
  type RelayVoice,
  relayDayReply,
  relayInfoReply,
  relayProofsRequest,
} from "../../protocol/index.ts";
import { type Operation, operation } from "./operation.ts";
import type { RelayImprint } from "./options.ts";

export interface AboutDeps {
  readonly clock: Clock;
  readonly version: string;
  readonly proofs: ProofReader;
  readonly voice: () => RelayVoice | null;
  /** The relay's addresses, as far as they were told. */
  readonly endpoints: readonly string[];
  readonly imprint: RelayImprint;
  /** The run that cursors are given in. */
  readonly epoch: () => Promise<string>;
  /** Rejects when the relay cannot store anything. */
  readonly checkHealth: () => Promise<void>;
}

const infoOf = async ({ clock, version, proofs, voice: calls, endpoints, epoch, imprint }: AboutDeps) => {
  const voice = calls();
  return {
    name: "numberbox-relay" as const,
    ...{ version, protocol: 1 as const, time: unixSecondsOf(clock.now()), verify: proofs.issuer },
    epoch: await epoch(),
    fee: "0" as const,
    ...imprint,
    ...(voice === null ? {} : { voice }),
    ...(endpoints.length === 0 ? {} : { endpoints: [...endpoints] }),
  };
};

export function aboutOperations(deps: AboutDeps): readonly Operation[] {
  const { proofs, checkHealth } = deps;
  const common = { method: "get", access: "open" } as const;
  return [
    operation({
      ...{
        ...common,
        path: "/info",
        tag: "Relay",
        summary: "Who the relay is, its time and addresses, and where it takes calls",
      },
      reply: relayInfoReply,
      run: () => infoOf(deps),
    }),
    operation({
      ...{ ...common, path: "/health", tag: "Relay", summary: "Whether the relay can store messages now" },
      description: "For load balancers and supervisors: 200 or 503.",
      reply: healthReply,
      run: async () => {
        await checkHealth();
        return { status: "ok" as const };
      },
    }),
    operation({
      ...{ ...common, path: "/proofs/{date}", counts: "read", tag: "Proofs", summary: "The tree of a closed day" },
      errors: ["proofs.bad_date", "proofs.unknown_day"],
      params: z.strictObject({ date: proofDateText }),
      reply: relayDayReply,
      run: async ({ params }) => ({
        issuer: proofs.issuer,
        ...dayView(await proofs.day(proofDate(params.date))),
      }),
    }),
    operation({
      ...{ ...common, path: "/proofs/{date}/{hash}", counts: "read", tag: "Proofs" },
      summary: "The relay's receipts about one envelope, with their way to the day's root",
      description: "Who does not know an envelope's hash learns nothing here.",
      errors: ["proofs.bad_date", "proofs.unknown_day", "proofs.unknown_message"],
      params: z.strictObject({ date: proofDateText, hash: hashText }),
      reply: proofBundle,
      run: async ({ params: { date, hash } }) => await proofs.about(hash, (await proofs.day(proofDate(date))).date),
    }),
    operation({
      ...{ method: "post", access: "open", path: "/proofs/{date}", counts: "read", tag: "Proofs" },
      summary: "The same for several envelopes at once: for who exports what he received",
      description: "Envelopes that the relay did not take on that day are left out.",
      errors: ["proofs.bad_date", "proofs.unknown_day"],
      params: z.strictObject({ date: proofDateText }),
      body: relayProofsRequest,
      reply: proofBundle,
      run: async ({ params: { date }, body: { hashes } }) =>
        await proofs.aboutEach(hashes, (await proofs.day(proofDate(date))).date),
    }),
  ];
}
