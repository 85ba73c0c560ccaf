// The simulators live with the tests; commands load them only when they are asked for.

import type { StartDemoBoard, StartDemoBroker, StartDemoNode } from "../../app/index.ts";
import { isAppError } from "../../base/index.ts";

export const loadAndroidSimulator = () => import("../../../test/sim/android/index.ts");

type SimulatorModule = typeof import("../../../test/sim/modem/index.ts");

export interface Simulator {
  readonly module: SimulatorModule;
  readonly startDemoBoard: StartDemoBoard;
}

export async function loadSimulator(): Promise<Simulator> {
  const module = await import("../../../test/sim/modem/index.ts");
  return { module, startDemoBoard: demoBoardStarter(module) };
}

/** The simulated message centre of an SMPP gateway. */
export function loadSmsc(): Promise<typeof import("../../../test/sim/smsc/index.ts")> {
  return import("../../../test/sim/smsc/index.ts");
}

/** The simulated Emercoin node. */
export function loadEmercoin(): Promise<typeof import("../../../test/sim/emercoin/index.ts")> {
  return import("../../../test/sim/emercoin/index.ts");
}

function demoBoardStarter(module: SimulatorModule): StartDemoBoard {
  return async (options) => {
    const start = (controlPort: number) =>
      module.startSimBoard({ ...options, controlPort, listen: "inprocess", seed: "demo" });
    const handle = await start(options.controlPort).catch((error) => {
      if (!isAppError(error)) throw error;
      return start(0);
    });
    return {
      controlUrl: handle.controlUrl,
      openLink: module.simLinkOpener(handle.board),
      pending: () => handle.board.modems.reduce((sum, modem) => sum + waitingIn(modem), 0),
      stop: () => handle.stop(),
    };
  };
}

const RENTER_WALLET = "renter";
/** Seconds: a publication is done while a visitor reads on. */
const BLOCK_TIME = 2;

/** The simulated Emercoin node of the demo; on a free port if the wanted one is taken. */
export const startDemoNode: StartDemoNode = async ({ port, clock, random }) => {
  const { startSimEmercoin } = await import("../../../test/sim/emercoin/index.ts");
  const start = (rpc: number) =>
    startSimEmercoin({ clock, random, port: rpc, blockTime: BLOCK_TIME, wallets: [RENTER_WALLET] });
  const node = await start(port).catch((error: unknown) => {
    if (!isAppError(error)) throw error;
    return start(0);
  });
  const { url, user, password } = node;
  return { url, user, password, renterWallet: RENTER_WALLET, stop: () => node.stop() };
};

/** The broker of the demo, in this process; on a free port if the wanted one is taken. */
export const startDemoBroker: StartDemoBroker = async ({ port }) => {
  const { startSimBroker } = await import("../../../test/sim/mqtt/aedes-broker.ts");
  return await startSimBroker({ port }).catch(() => startSimBroker({ port: 0 }));
};

/** Messages that the network holds back and messages that lie on the SIM or in the modem. */
function waitingIn(modem: import("../../../test/sim/modem/index.ts").SimModem): number {
  const stored = (["SM", "ME"] as const).reduce((sum, name) => sum + (modem.memories.get(name)?.used ?? 0), 0);
  return stored + modem.sms.queue.length;
}
