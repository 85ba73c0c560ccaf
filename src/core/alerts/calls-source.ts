// What alerts see of calls: Asterisk, and the SIP server in front of it.

import type { CallFeed } from "../ports-telemetry.ts";
import type { AlertSource, Observation } from "./alert-model.ts";

const PARTS = [
  { subject: "Asterisk", is: (code: string) => code.startsWith("voice.ari_") },
  { subject: "SIP server", is: (code: string) => code.startsWith("voice.edge_") },
] as const;

/** Nothing on a box without calls. A box that has just started says neither good nor bad. */
export function callsSource(calls: Pick<CallFeed, "fact">): AlertSource {
  return {
    rules: ["calls_down"],
    observe: async () => {
      const problem = calls.fact()?.problem;
      if (problem === undefined) return [];
      // While Asterisk is away nobody knows of the server in front of it.
      const otherwise = problem?.startsWith("voice.ari_") === true ? null : false;
      return PARTS.map(({ subject, is }): Observation => {
        const isBad = problem !== null && is(problem);
        const details = isBad ? { reason: problem } : {};
        return { rule: "calls_down", subject, value: isBad || otherwise, details };
      });
    },
  };
}
