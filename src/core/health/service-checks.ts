// What the doctor says of services: the relay, units of systemd, and whatever else the configuration names. What is not configured or
// not installed is not missed.

import { AppError, type Clock, type ErrorCode, type Millis, minutes, wrapError } from "../../base/index.ts";
import { bad, type DoctorCheck, type DoctorFinding, good } from "../doctor.ts";
import type { LinkState } from "../link-state.ts";
import { clockHint } from "./clock-checks.ts";
import type { HttpAnswer, MachineExam, ServiceProbe, UnitFacts } from "./ports-health.ts";
import { problem } from "./problem.ts";
import { restartHint } from "./where-to-look.ts";

/** A service that is reached by TCP (`tcp://host:port`) or asked by HTTP. */
export interface NamedService {
  /** As the owner calls it. */
  readonly name: string;
  readonly url: string;
  /** What to do when it does not answer. */
  readonly remedy?: string;
}

export interface ServiceChecksDeps {
  readonly clock: Pick<Clock, "now">;
  /** Whether the box looks after this machine. */
  readonly appliance: boolean;
  readonly exam: Pick<MachineExam, "units">;
  readonly probe: ServiceProbe;
  readonly services: readonly NamedService[];
  readonly units: readonly string[];
  /** Null on a box without one. */
  readonly relay: {
    /** Its addresses, the preferred one first. */
    readonly urls: readonly string[];
    /** The way that the box itself goes. */
    readonly http: ServiceProbe["http"];
    /** Of a box that runs. */
    readonly link: (() => LinkState) | null;
  } | null;
}

type Relay = NonNullable<ServiceChecksDeps["relay"]>;

/** The relay's clock is right within a minute; rentals are ended by the minute. */
const CLOCKS_APART: Millis = minutes(2);
const OFTEN = 3;

function dateFinding(answer: HttpAnswer, now: number, appliance: boolean): readonly DoctorFinding[] {
  if (answer.date === null) return [];
  const apart = now - answer.date;
  if (Math.abs(apart) <= CLOCKS_APART) return [];
  const message = `this machine's clock is ${Math.round(Math.abs(apart) / 1000)} s ${apart > 0 ? "ahead of" : "behind"} the relay's`;
  return [problem("fail", "clock.differs", message, clockHint(appliance))];
}

function relayAnswer({ status }: HttpAnswer): DoctorFinding {
  if (status >= 200 && status < 300) return good("relay.answers", "it answers and is well");
  const message = `it answers with HTTP status ${status}`;
  if (status === 404) {
    return problem("fail", "relay.no_relay", message, "Check `relay.url` of the configuration: this is no relay.");
  }
  return problem("fail", "relay.unwell", message, "Wait, or tell the relay's operator; no SMS is lost meanwhile.");
}

function linkFinding({ kind, code, failures }: LinkState): readonly DoctorFinding[] {
  if (kind !== "down") return [];
  const message = `the last ${failures} request(s) of the box failed${code === null ? "" : ` (${code})`}`;
  return [problem("warn", "relay.link_down", message, "Wait for the next try; if it stays, look at the box's log.")];
}

const NO_RELAY = problem(
  "warn",
  "relay.none",
  "no relay is configured: SMS wait in the outbox",
  "Name one in the settings, section `relay`.",
);

async function addressFindings(
  { clock, appliance, relay }: Pick<ServiceChecksDeps, "clock" | "appliance"> & { readonly relay: Pick<Relay, "http"> },
  url: string,
): Promise<readonly DoctorFinding[]> {
  try {
    const answer = await relay.http(`${url.replace(/\/+$/, "")}/health`);
    return [relayAnswer(answer), ...dateFinding(answer, clock.now(), appliance)];
  } catch (error) {
    const hint = "Check the network and `relay` of the settings; SMS wait in the outbox.";
    return [unanswered("relay.unreachable", "the relay", error, hint)];
  }
}

/** Of several addresses one is enough: that another does not answer is no more than a warning. */
function together(urls: readonly string[], found: readonly (readonly DoctorFinding[])[]): readonly DoctorFinding[] {
  if (urls.length === 1) return found.flat();
  const isServed = found.some(([first]) => first?.verdict === "ok");
  return urls.flatMap((url, at) =>
    (found[at] ?? []).map((finding) => ({
      ...finding,
      verdict: isServed && finding.code.startsWith("relay.") && finding.verdict === "fail" ? "warn" : finding.verdict,
      message: `${new URL(url).host}: ${finding.message}`,
    })),
  );
}

function relayCheck({ clock, appliance, relay }: ServiceChecksDeps): DoctorCheck {
  return {
    name: "relay",
    area: "services",
    run: async () => {
      if (relay === null) return [NO_RELAY];
      const found = await Promise.all(relay.urls.map((url) => addressFindings({ clock, appliance, relay }, url)));
      return [...together(relay.urls, found), ...(relay.link === null ? [] : linkFinding(relay.link()))];
    },
  };
}

/** Says what happened in our words and what to do in those of the check. */
function unanswered(code: ErrorCode, what: string, error: unknown, hint: string): DoctorFinding {
  const known = wrapError(error, "service.unreachable", `${what} does not answer`);
  return bad("fail", new AppError(code, known.message, { hint: known.hint ?? hint }).toJSON());
}

function serviceCheck(service: NamedService, { probe }: ServiceChecksDeps): DoctorCheck {
  const {
    name,
    url,
    remedy = "Start it, or take it out of the settings. On a box of the image the page Support shows why it is down; elsewhere `systemctl status` does.",
  } = service;
  const ask = async (): Promise<DoctorFinding> => {
    const { protocol, hostname, port } = new URL(url);
    if (protocol !== "tcp:") {
      const { status } = await probe.http(url);
      // That it wants a password shows that it lives.
      if (status < 500) return good("service.answers", "it answers");
      return problem("fail", "service.unwell", `it answers with HTTP status ${status}`, remedy);
    }
    await probe.tcp({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) });
    return good("service.answers", "it takes connections");
  };
  return {
    name,
    area: "services",
    run: async () => {
      try {
        return [await ask()];
      } catch (error) {
        return [unanswered("service.unreachable", name, error, remedy)];
      }
    },
  };
}

export function unitFinding({ name, state, restarts }: UnitFacts): DoctorFinding {
  const hint = restartHint(name);
  if (state === "failed") return problem("fail", "unit.failed", `${name} has failed`, hint);
  if (state === "inactive") return problem("warn", "unit.inactive", `${name} should run and does not`, hint);
  if (restarts >= OFTEN) return problem("warn", "unit.restarts", `${name} was started again ${restarts} times`, hint);
  return good("unit.runs", `${name} ${state === "active" ? "runs" : "is starting or ending"}`);
}

function unitsCheck({ exam, units }: ServiceChecksDeps): DoctorCheck {
  return {
    name: "services of the system",
    area: "services",
    run: async () =>
      (await exam.units(units)).filter(({ wanted, state }) => wanted || state === "failed").map(unitFinding),
  };
}

export function serviceChecks(deps: ServiceChecksDeps): readonly DoctorCheck[] {
  return [relayCheck(deps), unitsCheck(deps), ...deps.services.map((service) => serviceCheck(service, deps))];
}
