// What the demo needs of a simulated Emercoin node. Like the board it lives with the tests and is handed in by the command line.

import type { Clock, Logger, Random } from "../base/index.ts";

export interface DemoNode {
  /** RPC of the node, without credentials. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** A wallet with coins for the visitor who rents; the box has the default one. */
  readonly renterWallet: string;
  stop(): Promise<void>;
}

export type StartDemoNode = (options: {
  readonly port: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}) => Promise<DemoNode>;
