// `numberbox simulate android`: a phone that runs until it is told to stop.

import { type Millis, seconds } from "../../../src/base/index.ts";
import type { CliIo } from "../../../src/bin/cli-io.ts";
import { type SimPhoneHandle, startSimPhone } from "./start-sim-phone.ts";

export interface SimulateAndroidOptions {
  /** Where all events go; without it the box sets the phone up by the app's server. */
  readonly target?: string;
  readonly signingKey?: string;
  readonly appVersion?: string;
  readonly port?: number;
  readonly controlPort?: number;
  /** Wait before the first retry, in seconds. */
  readonly retryBase?: number;
  readonly insecure?: boolean;
  readonly json: boolean;
}

/** Prints how the phone is reached, then runs until `io.signal` aborts. Throws `sim.listen_failed`. */
export async function runSimulateAndroid(options: SimulateAndroidOptions, io: CliIo): Promise<0> {
  const { target, signingKey, appVersion, port = 0, controlPort = 0, retryBase = 10, insecure = false } = options;
  const wait: Millis = seconds(retryBase);
  const handle = await startSimPhone({
    ...{ clock: io.clock, random: io.random, appPort: port, controlPort, retryBase: wait, insecure },
    ...(signingKey === undefined ? {} : { signingKey }),
    ...(appVersion === undefined ? {} : { version: appVersion }),
  });
  try {
    if (target !== undefined) {
      handle.phone.target(target);
      handle.phone.restart();
    }
    const facts = { simulator_url: handle.controlUrl, api: handle.access, signing_key: handle.phone.signingKey };
    io.out(options.json ? `${JSON.stringify(facts)}\n` : explain(handle));
    await aborted(io.signal);
  } finally {
    await handle.stop();
  }
  return 0;
}

function explain({ access, controlUrl }: SimPhoneHandle): string {
  return [
    `app server ${access.url}  user ${access.user}  password ${access.password}`,
    `control ${controlUrl}`,
    "Add it to a box:",
    `  echo ${access.password} | numberbox phone add sim --api ${access.url} --user ${access.user} --password-file -`,
    "Send an SMS to SIM 1:",
    `  curl -d '{"from":"+15550100","body":"hello"}' ${controlUrl}/sims/1/sms`,
    "",
  ].join("\n");
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
