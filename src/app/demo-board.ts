// What the demo needs of a simulated board. The simulator lives with the tests and is handed in by the command line, so that the
// product never imports it.

import type { Clock, Logger } from "../base/index.ts";
import type { OpenLink } from "../modem/index.ts";

export interface DemoBoard {
  readonly controlUrl: string;
  /** Opens `sim://slot/N`. */
  readonly openLink: OpenLink;
  /** Messages that lie on the SIMs or wait in the simulated network. */
  pending(): number;
  stop(): Promise<void>;
}

export type StartDemoBoard = (options: {
  readonly slots: number;
  readonly numbers: readonly string[];
  readonly controlPort: number;
  readonly clock: Clock;
  readonly log: Logger;
}) => Promise<DemoBoard>;
