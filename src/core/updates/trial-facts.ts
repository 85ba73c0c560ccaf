// What a trial looks at in the box's slots, from what they show of themselves. Pure.

import type { SlotView } from "../../protocol/index.ts";
import { faultKind } from "../recovery.ts";
import { START_STEPS } from "../slot-machine.ts";
import type { TrialFacts } from "./trial.ts";

export type TrialSlot = Pick<SlotView, "id" | "kind" | "state" | "step" | "problem" | "registration">;

/** Behind the step that has found the modem talking. */
const TALKING: ReadonlySet<string> = new Set(START_STEPS.filter((step) => step !== "probe"));

/** A modem is there when it speaks AT, if only to say that its SIM lacks something; a phone or a gateway when it is ready. */
function answers({ kind, state, step, problem }: TrialSlot): boolean {
  if (state === "ready") return true;
  if (kind !== "modem" || state === "stopped") return false;
  return TALKING.has(step) || (problem !== null && faultKind(problem.code) === "person");
}

/** A modem that does not tell its registration says nothing in either way. */
const tells = ({ state, registration }: TrialSlot): boolean => state !== "ready" || registration !== null;
const isOn = ({ state, registration }: TrialSlot): boolean =>
  state === "ready" && /^(?:home|roaming)/.test(registration ?? "");

/** Which slots answer, and how many of the modems among them are on their networks. */
export function slotFacts(views: readonly TrialSlot[]): Pick<TrialFacts, "slots" | "network"> {
  const there = views.filter(answers);
  const telling = there.filter((slot) => slot.kind === "modem" && tells(slot));
  const on = telling.filter(isOn).length;
  const network = on === 0 ? "none" : on === telling.length ? "all" : "some";
  return { slots: there.map(({ id }) => id), network };
}
