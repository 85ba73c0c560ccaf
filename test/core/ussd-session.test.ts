import { describe, expect, it } from "vitest";
import {
  ANSWER_LIMIT,
  MENU_LIMIT,
  stepUssd,
  type UssdEffect,
  type UssdFault,
  type UssdInput,
  type UssdPhase,
  ussdError,
} from "../../src/core/index.ts";

const PHASES: readonly UssdPhase["kind"][] = ["idle", "asking", "open", "closing", "stopped"];

const STATUSES = [0, 1, 2, 3, 4, 5, 9];
const INPUTS: ReadonlyMap<string, UssdInput> = new Map<string, UssdInput>([
  ["ask", { type: "ask", text: "*100#" }],
  ["reply", { type: "reply", text: "1" }],
  ["cancel", { type: "cancel" }],
  ...STATUSES.flatMap((status): [string, UssdInput][] => [
    [`urc ${status}`, { type: "urc", status, text: "hello" }],
    [`urc ${status} mute`, { type: "urc", status, text: "" }],
  ]),
  ["refused", { type: "refused" }],
  ["timer", { type: "timer" }],
  ["closed", { type: "closed" }],
  ["stop", { type: "stop" }],
]);

function effectName(effect: UssdEffect): string {
  switch (effect.type) {
    case "settle":
      return "fault" in effect.outcome
        ? `settle:${effect.outcome.fault}`
        : `settle:${effect.outcome.more ? "more" : "done"}`;
    case "refuse":
      return `refuse:${effect.fault}`;
    case "arm_timer":
      return `arm:${effect.delay === ANSWER_LIMIT ? "answer" : effect.delay === MENU_LIMIT ? "menu" : effect.delay}`;
    default:
      return effect.type;
  }
}

/** The next phase and the effects. Everything that is not here changes nothing. */
const EXPECTED: Readonly<Record<string, string>> = {
  "idle + ask": "asking: send arm:answer",
  "idle + reply": "idle: refuse:no_session",
  "idle + urc 0": "idle: notice",
  "idle + urc 1": "closing: disarm_timer notice end",
  "idle + urc 1 mute": "closing: disarm_timer end",
  "idle + urc 2": "idle: notice",
  "idle + urc 3": "idle: notice",
  "idle + urc 4": "idle: notice",
  "idle + urc 5": "idle: notice",
  "idle + urc 9": "idle: notice",
  "idle + stop": "stopped: disarm_timer",
  "asking + ask": "asking: refuse:busy",
  "asking + reply": "asking: refuse:busy",
  "asking + cancel": "closing: disarm_timer settle:cancelled end",
  "asking + urc 0": "idle: disarm_timer settle:done",
  "asking + urc 0 mute": "idle: disarm_timer settle:done",
  "asking + urc 1": "open: settle:more arm:menu",
  "asking + urc 1 mute": "open: settle:more arm:menu",
  "asking + urc 2": "idle: disarm_timer settle:done",
  "asking + urc 2 mute": "idle: disarm_timer settle:ended",
  "asking + urc 3": "idle: disarm_timer settle:taken",
  "asking + urc 3 mute": "idle: disarm_timer settle:taken",
  "asking + urc 4": "idle: disarm_timer settle:done",
  "asking + urc 4 mute": "idle: disarm_timer settle:unknown_code",
  "asking + urc 5": "idle: disarm_timer settle:done",
  "asking + urc 5 mute": "idle: disarm_timer settle:network_timeout",
  "asking + urc 9": "idle: disarm_timer settle:done",
  "asking + urc 9 mute": "idle: disarm_timer settle:failed",
  "asking + refused": "closing: disarm_timer settle:failed end",
  "asking + timer": "closing: disarm_timer settle:no_answer end",
  "asking + stop": "stopped: disarm_timer settle:interrupted",
  "open + ask": "open: refuse:busy",
  "open + reply": "asking: send arm:answer",
  "open + cancel": "closing: disarm_timer end",
  "open + urc 1": "open: arm:menu notice",
  "open + urc 1 mute": "open: arm:menu",
  ...Object.fromEntries(
    STATUSES.filter((status) => status !== 1).flatMap((status) => [
      [`open + urc ${status}`, "idle: disarm_timer notice"],
      [`open + urc ${status} mute`, "idle: disarm_timer"],
    ]),
  ),
  "open + timer": "closing: disarm_timer end",
  "open + stop": "stopped: disarm_timer",
  "closing + ask": "closing: refuse:busy",
  "closing + reply": "closing: refuse:no_session",
  "closing + closed": "idle:",
  "closing + stop": "stopped: disarm_timer",
  "stopped + ask": "stopped: refuse:interrupted",
  "stopped + reply": "stopped: refuse:interrupted",
};

describe("a USSD session", () => {
  it.each(PHASES.flatMap((kind) => [...INPUTS.keys()].map((name) => [kind, name] as const)))(
    "%s + %s does what the table says",
    (kind, name) => {
      const input = INPUTS.get(name) ?? { type: "stop" };
      const { phase, effects } = stepUssd({ kind }, input);
      const seen = `${phase.kind}: ${effects.map(effectName).join(" ")}`.trimEnd();
      expect(seen).toBe(EXPECTED[`${kind} + ${name}`] ?? `${kind}:`);
    },
  );

  it("has no expectation for what cannot happen", () => {
    const possible = PHASES.flatMap((kind) => [...INPUTS.keys()].map((name) => `${kind} + ${name}`));
    expect(Object.keys(EXPECTED).filter((name) => !possible.includes(name))).toEqual([]);
  });

  it("that is settled with an answer hands it on as it came", () => {
    const { effects } = stepUssd({ kind: "asking" }, { type: "urc", status: 1, text: "1 Saldo" });
    expect(effects[0]).toEqual({ type: "settle", outcome: { text: "1 Saldo", more: true } });
  });

  it.each<[UssdFault, boolean]>([
    ["busy", true],
    ["no_session", false],
    ["cancelled", false],
    ["ended", true],
    ["unknown_code", false],
    ["no_answer", true],
    ["interrupted", true],
  ])("fails with ussd.%s, retryable %s, with a next step", (fault, retryable) => {
    const error = ussdError(fault);
    expect(error).toMatchObject({ code: `ussd.${fault}`, retryable });
    expect(error.hint).toMatch(/\.$/);
  });
});
