// What the doctor says of the programs that the box itself talks to while it runs: Node-RED, and the owner's MQTT brokers.

import type { FlowsView, ProblemBody } from "../../protocol/index.ts";
import { bad, type DoctorCheck, type DoctorFinding, good } from "../doctor.ts";
import { problem } from "./problem.ts";
import { logHint } from "./where-to-look.ts";

export function flowsFinding({ state, run, safe, failures }: FlowsView): DoctorFinding {
  const why = logHint(run === "service" ? "numberbox-node-red" : "numberbox");
  if (safe && (state === "starting" || state === "running")) {
    const hint = "Mend the flow that broke it in the editor, and deploy.";
    return problem("warn", "flows.safe_mode", "Node-RED runs, but no flow does: it failed too often", hint);
  }
  switch (state) {
    case "running":
      return good("flows.running", "Node-RED runs");
    case "starting":
    case "ending":
      return good("flows.changing", `Node-RED is ${state}`);
    case "waiting":
      return problem("warn", "flows.failing", `Node-RED ended by itself, ${failures} time(s) in a row`, why);
    case "silent":
      return problem("fail", "flows.silent", "Node-RED does not answer", why);
    case "stopped":
      return problem("fail", "flows.stopped", "Node-RED should run and does not", why);
  }
}

export function flowsCheck(view: () => FlowsView): DoctorCheck {
  return { name: "Node-RED", area: "services", run: async () => [flowsFinding(view())] };
}

/** A broker as its own link tells of it. */
export interface BrokerFacts {
  readonly id: string;
  readonly state: "connecting" | "online" | "waiting" | "stopped";
  /** Why it was lost or not reached last. */
  readonly problem: ProblemBody | null;
  readonly dropped: { readonly events: number; readonly replies: number; readonly oversize: number };
}

function brokerFindings({ id, state, problem: wrong, dropped }: BrokerFacts): readonly DoctorFinding[] {
  const hint = "Check the broker, the network and the section `mqtt` of the configuration.";
  const lost = dropped.events + dropped.replies + dropped.oversize;
  const full =
    lost === 0
      ? []
      : [problem("warn", "mqtt.dropped", `${lost} message(s) to the broker ${id} were given up since the start`, hint)];
  if (state === "online") return [good("mqtt.online", `the broker ${id} is connected`), ...full];
  if (wrong === null) {
    const message = `the broker ${id} is not connected yet`;
    return [
      state === "connecting" ? good("mqtt.connecting", message) : problem("warn", "mqtt.away", message, hint),
      ...full,
    ];
  }
  return [bad("warn", { hint, ...wrong, message: `broker ${id}: ${wrong.message}` }), ...full];
}

/** Nothing is said where no broker is configured. */
export function brokersCheck(brokers: () => readonly BrokerFacts[]): DoctorCheck {
  return { name: "MQTT", area: "services", run: async () => brokers().flatMap(brokerFindings) };
}
