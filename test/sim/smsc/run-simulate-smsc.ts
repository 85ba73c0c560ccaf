// `numberbox simulate smsc`: a message centre that runs until it is told to stop.

import type { CliIo } from "../../../src/bin/cli-io.ts";
import { ControlServer } from "../modem/control-server.ts";
import { SimSmsc } from "./sim-smsc.ts";
import { controlSmsc } from "./smsc-control.ts";
import { SmscServer } from "./smsc-links.ts";

export interface SimulateSmscOptions {
  readonly port: number;
  readonly controlPort: number;
  readonly systemId: string;
  readonly password: string;
  readonly window: number;
  readonly json: boolean;
}

/** Prints where everything is, then runs until `io.signal` aborts. Throws `sim.listen_failed`. */
export async function runSimulateSmsc(options: SimulateSmscOptions, io: CliIo): Promise<0> {
  const { port, controlPort, json, ...account } = options;
  const smsc = new SimSmsc({ ...account, clock: io.clock });
  const server = new SmscServer(smsc);
  const control = new ControlServer({
    control: (request) => controlSmsc(smsc, request),
    log: io.log,
    afterChange: () => {},
  });
  try {
    const url = await server.start(port);
    const simulatorUrl = await control.start(controlPort);
    const facts = { url, system_id: options.systemId, simulator_url: simulatorUrl };
    io.out(json ? `${JSON.stringify(facts)}\n` : explain(facts));
    await aborted(io.signal);
  } finally {
    await control.stop();
    await server.stop();
  }
  return 0;
}

function explain(facts: { readonly url: string; readonly system_id: string; readonly simulator_url: string }): string {
  const example = `curl -d '{"from":"+15550100","to":"+12025550101","body":"hello"}' ${facts.simulator_url}/sms`;
  return `${facts.url}  system_id ${facts.system_id}\ncontrol ${facts.simulator_url}\nSend an SMS to a line:\n  ${example}\n`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
