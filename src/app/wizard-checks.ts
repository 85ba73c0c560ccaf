// What the first-run wizard looks at before anything is stored: the network, a node, a relay.

import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import {
  AppError,
  type Clock,
  type ErrorCode,
  isAppError,
  type Logger,
  Secret,
  seconds,
  systemCodeOf,
  withDeadline,
} from "../base/index.ts";
import { createEmercoinNode, createWalletGate, httpTransport } from "../chain/index.ts";
import { bad, chainCheck, createDoctor, type DoctorFinding, good, type MachinePort } from "../core/index.ts";
import type { FindingsReply, NodeTestRequest } from "../protocol/index.ts";
import { probeRelay, type RelayClientIdentity, type RelayDoor, type RelayWay } from "../relay/index.ts";
import { proxyOf } from "./chain-services.ts";

const LOOKUP = seconds(5);

const problem = (verdict: "warn" | "fail", code: ErrorCode, message: string, hint: string): DoctorFinding =>
  bad(verdict, new AppError(code, message, { hint }).toJSON());

function addressFinding(): DoctorFinding {
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    // What every interface has, and no other machine reaches it by.
    .filter(({ internal, address }) => !internal && !address.startsWith("fe80:"))
    .map(({ address }) => address);
  if (outside.length > 0) return good("network.address", `this box is ${outside.slice(0, 4).join(", ")}`);
  const hint = "Plug in the cable or join a Wi-Fi network.";
  return problem("fail", "network.no_address", "the box is on no network", hint);
}

/** Finds hosts by name; an address needs no name service. */
async function nameFinding(host: string, clock: Clock): Promise<DoctorFinding> {
  try {
    await withDeadline(lookup(host), { clock, timeout: LOOKUP, what: "the name service" });
    return good("network.name", `${host} is found`);
  } catch (cause) {
    const reason = systemCodeOf(cause) ?? "no answer";
    const hint = "Check the name, and the name server that your router gives out.";
    return problem("fail", "network.no_name", `${host} is not found (${reason})`, hint);
  }
}

async function timeFinding(machine: MachinePort): Promise<DoctorFinding[]> {
  const { clockSynchronised } = await machine.facts();
  if (clockSynchronised === null) return [];
  if (clockSynchronised) return [good("network.time", "the clock follows a time server")];
  const hint =
    "Wait a minute; if it stays, let the box reach a time server (UDP port 123), or have your router name one (DHCP).";
  return [problem("warn", "network.no_time", "the clock follows no time server yet", hint)];
}

export interface NetworkChecks {
  readonly clock: Clock;
  readonly machine: MachinePort;
  /** Hosts that the configuration names. */
  readonly hosts: readonly string[];
}

/** Never rejects for what a network can do wrong. */
export async function examineNetwork({ clock, machine, hosts }: NetworkChecks): Promise<FindingsReply> {
  const checks = [
    { name: "address", run: async () => [addressFinding()] },
    { name: "time", run: () => timeFinding(machine) },
    ...[...new Set(hosts)].map((host) => ({ name: "name", run: async () => [await nameFinding(host, clock)] })),
  ];
  const { findings } = await createDoctor({ clock, checks }).examine();
  return { findings };
}

/** Asks a node by what was typed; whatever is wrong is a finding. */
export async function examineNode(
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
  request: NodeTestRequest,
): Promise<FindingsReply> {
  const { url, user, password, wallet, socks5, ca } = request;
  const transport = httpTransport({
    ...{ url, ca, socks5: proxyOf(socks5) },
    credentials: async () => new Secret(`${user}:${password}`),
  });
  const node = createEmercoinNode({ transport: transport.send, clock, wallet });
  try {
    const gate = createWalletGate({ session: node.session, clock, log });
    const { findings } = await createDoctor({ clock, checks: [chainCheck({ node, gate })] }).examine();
    return { findings };
  } finally {
    node.stop();
    transport.close();
  }
}

function memberFinding(member: boolean): DoctorFinding {
  if (member) return good("relay.member", "it takes messages of this box");
  const hint = "Give this box's verify key to the relay's operator; it is connected as soon as he has added it.";
  return problem("warn", "relay.not_member", "it does not know this box yet", hint);
}

/** Rejects on abort alone. */
export async function examineRelay(
  deps: { readonly clock: Clock; readonly identity: RelayClientIdentity; readonly signal: AbortSignal },
  where: RelayDoor & Pick<RelayWay, "proxy" | "names">,
): Promise<FindingsReply> {
  const found = (findings: readonly DoctorFinding[]): FindingsReply => ({
    findings: findings.map((finding) => ({ check: "relay", area: "services" as const, ...finding })),
  });
  const result = await probeRelay({ ...deps, ...where }).catch((error: unknown) => {
    if (isAppError(error) && error.code === "base.stopped") throw error;
    return { kind: "other", status: 0 } as const;
  });
  switch (result.kind) {
    case "unreachable":
      return found([bad("fail", result.error.toJSON())]);
    case "other": {
      const hint = "Check the address: it is what the relay's operator calls its URL.";
      return found([problem("fail", "relay.not_a_relay", "no relay answers at this address", hint)]);
    }
    case "relay":
      return found([good("relay.version", `it is a relay (${result.version})`), memberFinding(result.member)]);
  }
}
